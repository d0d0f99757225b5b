#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: component
short_description: Publish components in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Registers a component, a step or a pipeline of steps, from its YAML file, unless a version with the same content
    exists already.
  - The content of a version (its command or jobs, inputs, outputs, code and environment) cannot be changed. Without
    O(version), in the task or in the file, the task means the version with the same content, or the next one.
  - What is said about a version (O(display_name), O(description), O(tags), O(properties)) can be changed later; options
    that the task leaves out keep their current value.
author:
  - mlops.azureml contributors (@mlops-azureml)
requirements:
  - PyYAML, for a O(definition) in YAML
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.force.users
  - mlops.azureml.predicted
  - mlops.azureml.tags
  - mlops.azureml.read_back
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the version should be there and not be archived (V(present)), be there and be archived (V(archived)), or
        not be there (V(absent)).
      - With V(archived) and V(absent) O(version) is required. An archived version is hidden from lists and from the
        search by content, and works on wherever it is referred to. V(present) with its O(version) restores it.
      - V(absent) deletes only this version.
    type: str
    choices: [present, absent, archived]
    default: present
  name:
    description:
      - Name of the component, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  version:
    description:
      - Version, any text without blanks, colons, C(@) and slashes.
      - Left out, it is found by content, and a new one is the number after the highest, or what the service proposes if
        some versions are no numbers. If it exists with other content, the task fails.
    type: str
  definition:
    description:
      - The component as the YAML files of C(az ml) describe it, a mapping or the path of such a file, of the type
        C(command) (the default) or C(pipeline). A new version needs it.
      - Other types (C(parallel), C(spark), C(sweep), C(automl), C(data_transfer), C(import)) are refused, since the
        module would not recognise them in the form in which the service returns them, and would register a version
        with each run. Register such a component with C(az ml); steps of a pipeline can refer to it.
      - Its C(name), C(version), C(display_name), C(description) and C(tags) are those of the options, which win.
      - What it refers to is written C(azureml:name:version), C(azureml:name@latest) or as a full id. What it describes
        in place of that (local code, an environment, the file or the description of a step, a step that is a command
        itself) is published on the way, each as its own module would, under the name that it has there. Without one
        it gets a name that no other asset has, that of the component (for a step with the name of the step) with
        C(-inline-) and a hash after it. O(code), O(environment) and O(components) win over it. C(additional_includes)
        are uploaded with the code, C(__pycache__) never is.
      - A version that C(az ml) or others made of the same assets under other names counts as the same.
      - The service does not return the C(jobs) of a pipeline. They are compared by a hash that is kept in the
        properties of the version, and every change of the version (O(tags), O(state)) sends the definition again, so
        that the task has to give it.
      - C(az ml) keeps no such hash. A pipeline that C(az ml) registered counts as the one of the task if the task gives
        the O(version) and no returned value differs (RV(not_compared)). Without O(version) the pipeline is published in
        a version of its own.
      - A key that is not supported is an error that names its path.
    type: raw
  code:
    description:
      - The registered code of a command, in place of what O(definition) says.
    type: str
  environment:
    description:
      - The registered environment of a command, in place of what O(definition) says.
    type: str
  components:
    description:
      - For steps of a pipeline, by their names, the registered components, in place of what O(definition) says.
    type: dict
  display_name:
    description:
      - Name for people.
    type: str
  description:
    description:
      - What the component is for.
    type: str
  properties:
    description:
      - Properties of the version, added to the current ones.
    type: dict
seealso:
  - module: mlops.azureml.component_info
  - module: mlops.azureml.batch_deployment
  - name: Components in Azure Machine Learning
    description: What a component is.
    link: https://learn.microsoft.com/azure/machine-learning/concept-component
"""

EXAMPLES = r"""
- name: Publish the component of a file, in a new version when it does something new
  mlops.azureml.component:
    definition: files/prepare.yml
  register: prepare

- name: The same for a file that names a local folder, with code that was published before in its place
  mlops.azureml.component:
    definition: files/score.yml
    code: azureml:digits-score:1

- name: A pipeline whose file names local components, one of them published before, under a version of our own
  mlops.azureml.component:
    definition: files/pipeline.yml
    components:
      prepare: "{{ prepare.component.reference }}"
    version: "2026-01"
    tags:
      team: vision

- name: Hide a version that nobody should take any more
  mlops.azureml.component:
    name: digits-prepare
    version: "1"
    state: archived
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - upload 1 file of /data/prepare
    - publish code digits-prepare, version 2
    - publish component digits-prepare, version 2
published:
  description:
    - Ids of the versions that this task published or changed because the definition describes them inline.
    - In check mode those that the task would publish or change.
  returned: when O(definition) describes an asset inline
  type: list
  elements: str
  sample: [/subscriptions/.../workspaces/ws1/codes/digits-prepare/versions/2]
not_compared:
  description:
    - Parts of O(definition) that the service does not return, and of which the version keeps no hash, so that nothing
      shows whether they differ.
  returned: when there are any
  type: list
  elements: str
  sample: [jobs]
component:
  description: The version after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present) or O(state=archived)
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/components/digits-prepare/versions/2
    name:
      description: Name of the component.
      type: str
      returned: always
      sample: digits-prepare
    version:
      description: The version that holds the content.
      type: str
      returned: always
      sample: "2"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: always
      sample: azureml:digits-prepare:2
    definition:
      description: The component as the service keeps it, numbers and truth values as text, references as full ids.
      type: dict
      returned: always
      sample: {type: command, command: python prepare.py}
    display_name:
      description: Name for people.
      type: str
      returned: always
      sample: Prepare images
    description:
      description: What the component is for. Null if it has none.
      type: str
      returned: always
      sample: Cleans the images
    tags:
      description: Tags of the version.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the version.
      type: dict
      returned: always
      sample: {}
    archived:
      description: Whether the version is archived, and hidden from lists. Null if the service does not return it.
      type: bool
      returned: always
      sample: false
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish_component import PublishComponent

OPERATION = PublishComponent()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
