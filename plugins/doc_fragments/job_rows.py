# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which file of a job has the rows, and how it is read."""

    DOCUMENTATION = r"""
options:
  output:
    description:
      - Name of the output. The deployment of a model has one, V(score).
    type: str
    default: score
  file:
    description:
      - Path, below the output, of the file whose rows are read.
      - Required if there are several files and none of them is the one that the deployment appends rows to.
    type: str
  format:
    description:
      - Format of the file.
      - V(auto) finds format, separator, quotes and header in the first 1000 lines of the file. Other options of the
        task always count, and a choice that may be wrong gives a warning that names the others.
      - V(lines) returns each line as one value, exactly as the scoring script returned it, blank lines as well.
      - V(csv) has a comma and V(tsv) a tab between values, unless O(separator) is given. Blank lines are no rows.
      - V(literal) has a Python list or dict in each line. A deployment of an MLflow model without a scoring script, and
        a script that returns lists of lists, write such files. Tuples are returned as lists.
      - V(json_lines) has a JSON value in each line.
      - V(parquet) needs C(pyarrow) on the host that runs the module. Dates are returned as text.
    type: str
    choices: [auto, csv, tsv, lines, literal, json_lines, parquet]
    default: auto
  separator:
    description:
      - The character between the values of a row, or a character and a blank, such as V(', ').
      - The default is found in the file. It is a comma with O(format=csv) and a tab with O(format=tsv).
      - A deployment writes the rows of data frames with a blank between values.
    type: str
  quote:
    description:
      - Whether double quotes enclose values of delimited files.
      - V(minimal) means that they do, where a value holds a separator, a quote or the end of a line. Quotes that do not
        enclose a value are refused.
      - V(none) means that they are characters like all others, as in V("Tyre" size 17).
      - V(auto) takes them to enclose values only if all of them do. It warns if they may mean something else.
    type: str
    choices: [auto, minimal, none]
    default: auto
  header:
    description:
      - Whether the first line has the names of the columns, which must differ.
      - Without it, a first line of texts over a column of numbers is taken as a header. The file that a deployment
        appends rows to has none.
    type: bool
  columns:
    description:
      - Names for the values of a row, for a file without header. Names must differ. A row is then a dict instead of a
        list.
      - For a V(json_lines) file with dicts, the names of the values to return.
    type: list
    elements: str
  types:
    description:
      - Types of columns, V(str), V(int), V(float) or V(bool), by name of the column, in place of inferred ones.
      - In a column of numbers an empty value, not-a-number and infinity are returned as null.
      - Cannot be used for V(literal), V(json_lines) and V(parquet) files, which contain types already. Nor can
        O(header), O(separator), O(quote) and O(infer_types=false). Not-a-number and numbers too large to parse
        in such files are returned as null.
    type: dict
  infer_types:
    description:
      - Whether a column gets the narrowest type that fits its values. Otherwise all values are text.
      - A column is one of numbers only if all of them print back as the same text, or with the same number of decimals,
        as V(0.50) and V(0.99) do. Codes such as V(+49), V(007), V(1e5), the versions V(1.9) and V(1.10), and integers
        beyond 9007199254740991 stay text.
    type: bool
    default: true
"""
