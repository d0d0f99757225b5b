"""Every open question about the real service is a switch here: its possible answers, and the one taken by default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .job_course import read_course

SECONDS = ("<seconds>",)
NAMES = ("<names>",)
COURSE = ("<course>",)
NUMBER = ("<number>",)
PAIRS = ("<name=value>",)
LIMITS = ("<name=number>",)
FREE = (SECONDS, NAMES, COURSE, NUMBER, PAIRS, LIMITS)


@dataclass(frozen=True)
class Policy:
    """One switch. `values` lists the answers, the default first, or says in angle brackets what form a free value has.

    `unset` is the default of a free value.
    """

    name: str
    values: tuple[str, ...]
    question: str
    unset: str = ""

    @property
    def default(self) -> str:
        return self.unset if self.values in FREE else self.values[0]

    def check(self, value: str) -> str:
        """Return `value` when it is a possible answer; raise ValueError otherwise."""
        if self.values == SECONDS:
            if not re.fullmatch(r"\d+(\.\d+)?", value):
                raise ValueError(f"policy {self.name} is a number of seconds, not '{value}'")
        elif self.values == NUMBER:
            if not value.isdecimal():
                raise ValueError(f"policy {self.name} is a whole number, not '{value}'")
        elif self.values == COURSE:
            read_course(value)
        elif self.values == PAIRS:
            _pairs(value)
        elif self.values == LIMITS:
            if wrong := [limit for limit in _pairs(value).values() if not re.fullmatch(r"-?\d+", limit)]:
                raise ValueError(f"policy {self.name} gives whole numbers to names, not '{wrong[0]}'")
        elif self.values != NAMES and value not in self.values:
            raise ValueError(f"policy {self.name} is one of {', '.join(self.values)}, not '{value}'")
        return value


def _pairs(text: str) -> dict[str, str]:
    """Names and values in text as "owner=ops,costs="."""
    pairs = {}
    for part in text.split(",") if text else []:
        name, separator, value = part.partition("=")
        if not (name and separator):
            raise ValueError(f"a list of pairs is written as name=value,name=value, not '{text}'")
        pairs[name] = value
    return pairs


# "B4" is open question 4 of the batch contract, "A13" question 13 of the asset contract; others name the paragraph.
POLICIES = (
    Policy("generation", ("G2", "G1"), "B 0: newest or first recorded back end of batch endpoints"),
    Policy("signed_operation_urls", ("on", "off"), "B 2.1: operation URLs carry a signature (since 2024-01)"),
    Policy("altered_operation_url", ("403", "401", "404"), "B20: answer to an operation URL that was changed"),
    Policy("operation_lifetime", SECONDS, "B20, A5: seconds an ended operation stays readable, 0 for ever", "0"),
    Policy("expired_operation_status", ("404", "403"), "B20, A5: answer to an operation URL past that time"),
    Policy("operation_reads", NUMBER, "B 2.2: reads that show an operation running, however long it took", "0"),
    Policy("header_names", ("production", "lower"), "B 1: spelling of header names"),
    Policy("failed_reads", NUMBER, "C 2.1: first reads of an operation URL that answer 500 (two recorded)", "0"),
    Policy("put_existing_status", ("201", "200"), "B 14.1: PUT on an existing endpoint or deployment"),
    Policy("create_state", ("Creating", "Updating"), "B 2.1: first provisioningState of a new deployment"),
    Policy(
        "update_state",
        ("Updating", "Creating", "Succeeded"),
        "B 14.26: first provisioningState of an update",
    ),
    Policy("update_operation", ("shown", "hidden"), "B 14.1: does the answer to an update name its operation"),
    Policy("default_in_put_answer", ("old", "new"), "B 14.2: default deployment until an endpoint's PUT has ended"),
    Policy("endpoint_description", ("kept", "changed"), "B1: description in a PUT on an existing endpoint"),
    Policy("omitted_fields", ("reset", "kept"), "B 14.26: fields that a PUT of an endpoint or deployment omits"),
    Policy("absent_batch", ("gateway", "provider"), "B 14.4: who answers for an endpoint that never existed"),
    Policy("deleted_known", SECONDS, "B 14.23: seconds that the gateway still knows what was deleted", "30"),
    Policy("absent_parent", ("parent", "resource"), "B5: how the gateway answers below an absent endpoint"),
    Policy("compute_omitted_fields", ("reset", "kept"), "A13: identity, subnet, credentials, tags left out"),
    Policy("delete_body", ("null", "empty"), "B 2.1: body of a 202 to an endpoint's DELETE (empty in 2024-07)"),
    Policy("deployment_changes", ("any", "settings"), "B2: may model, environment, compute, code change by PUT"),
    Policy("immutable_status", ("400", "409"), "A1, B2: refusal to change an immutable field"),
    Policy("patch_status", ("200", "202"), "B3: PATCH of an endpoint or deployment"),
    Policy("patch_unknown_keys", ("ignored", "refused"), "B3: keys that PATCH does not know"),
    Policy("patch_headers", ("location", "async", "both"), "B3: where a 202 to PATCH names its operation"),
    Policy("compute_names", ("documented", "any"), "A7: name rule of computes"),
    Policy("compute_name_case", ("folded", "kept"), "A7: are `CPU` and `cpu` the same compute"),
    Policy("private_endpoint", ("none", "exists"), "A 14.20: does the workspace have a private endpoint"),
    Policy("compute_errors", ("data_plane", "management"), "A 14.20: envelope of a compute's faults"),
    Policy("compute_patch_status", ("202", "200"), "A14: PATCH of a compute (202 recorded in 2022)"),
    Policy("delete_absent", ("204", "404"), "B4, A6: DELETE of something absent"),
    Policy("delete_while_deleting", ("202", "409"), "A6: second DELETE while the first still runs"),
    Policy("delete_in_use", ("accepted", "409"), "A6, A 1.8: DELETE of what a deployment refers to"),
    Policy(
        "deployment_delete",
        ("both", "location", "at_once"),
        "B 14.23: URLs in a deployment's DELETE, or 200 at once",
    ),
    Policy(
        "delete_default",
        ("accepted", "refused", "failed"),
        "B4: DELETE of the default deployment; failed: in its operation",
    ),
    Policy("default_after_delete", ("cleared", "kept"), "B4: defaults.deploymentName after that DELETE"),
    Policy("missing_parent_status", ("404", "409"), "B5: PUT of a deployment below a missing endpoint"),
    Policy("creating_parent", ("409", "404", "accepted"), "B5: PUT while the endpoint is created"),
    Policy("concurrent_put", ("accepted", "409"), "B5: PUT while an operation on the resource runs"),
    Policy("conflict_body", ("inner", "details", "bare"), "B5: where a 409 of batch resources keeps its code"),
    Policy("absent_default", ("refused", "stored"), "B7: defaults naming a deployment that does not exist"),
    Policy("failing_names", NAMES, "B8, A5: resources whose next operations end Failed, separated by commas"),
    Policy("failed_operation_code", ("absent", "null", "present"), "B8: error.code of a failed batch operation"),
    Policy("failed_operation_details", ("empty", "repeated"), "B8: error.details of a failed batch operation"),
    Policy("compute_failure", ("coded", "message", "bare"), "A5: error in the status of a failed compute"),
    Policy("failed_resource", ("kept", "removed"), "B8: a resource whose creation failed"),
    Policy("taken_names", NAMES, "B 8: endpoint names that somebody else in the region holds", "taken"),
    Policy("endpoint_names", ("documented", "path"), "B15: name rule of the docs or of the path"),
    Policy("endpoint_name_case", ("kept", "lowered"), "B 14.5: case of an endpoint's name in answers"),
    Policy("endpoint_host_case", ("folded", "kept"), "B15: does the scoring host take a name in another case"),
    Policy("bad_name_body", ("entries", "plain"), "A7, B15: how a name that breaks the rule is refused"),
    Policy("inherited_tags", PAIRS, "B19: tags that every endpoint and deployment inherits, `costs=7,owner=`"),
    Policy("inherited_tags_shown", ("shown", "hidden"), "B19: are such tags answered"),
    Policy("key_endpoints", ("succeed", "fail"), "B18: what becomes of authMode Key"),
    Policy("aml_token_endpoints", ("accepted", "refused"), "B18: authMode AMLToken"),
    Policy(
        "pipeline_settings",
        ("null", "renamed", "kept"),
        "B 14.28: settings and tags of a pipeline deployment's configuration in an answer",
    ),
    Policy(
        "pipeline_tag",
        ("PipelineDeployment.ComponentId", "ComponentDeployment.ComponentId", "none"),
        "B 14.29: tag that the service adds to a pipeline deployment",
    ),
    Policy("pipeline_zeros", ("refused", "accepted"), "B16: zeros of its answer, sent back in a PUT"),
    Policy(
        "pipeline_job_type",
        ("azureml.pipelinejob", "azureml.batchjob"),
        "B 14.19: tag azureml.jobtype of a pipeline deployment's job",
    ),
    Policy(
        "pipeline_answer",
        ("empty", "whole", "own"),
        "B 14.18: how it shows what only model deployments have",
    ),
    Policy("pipeline_outputs", ("kept", "score"), "B16: name of a single output of its job"),
    Policy("pipeline_job_view", ("null", "filled"), "B16: jobs, inputs, outputs in the management view of its job"),
    Policy("empty_resource_properties", ("null", "kept"), "B17: `{}` in resources.properties (null recorded)"),
    Policy("unknown_properties", ("refused", "ignored"), "B 1, A 1: keys in a body that no api-version knows"),
    Policy("read_only_properties", ("refused", "ignored"), "B 3.4: read-only keys sent back in a body"),
    Policy("max_tags", NUMBER, "A10: how many tags are accepted, 0 for any number", "0"),
    Policy(
        "max_text", NUMBER, "A10: characters in a version, a conda file, a tag's name or value, 0 for any number", "0"
    ),
    Policy("not_found_body", ("inner", "details", "bare"), "A3: where a 404 keeps its code (models: details)"),
    Policy("conflict_details", ("absent", "present"), "A1, A2: details of a refused change of an asset"),
    Policy("max_blobs", NUMBER, "A10: blobs that a version of code, model or data may hold, 0 for any number", "0"),
    Policy("read_budget", NUMBER, "B6, A4: GETs at once before a 429, a tenth comes back each second; 0 for ever", "0"),
    Policy("write_budget", NUMBER, "B6, A4: writes at once, a twentieth comes back; deployment PUTs apart", "0"),
    Policy("delete_budget", NUMBER, "B6, A4: DELETEs at once, a twentieth comes back each second", "0"),
    Policy("compute_budget", ("shared", "apart"), "A4: do requests about computes count by themselves"),
    Policy("throttle_body", ("gateway", "provider", "empty"), "B6, A4: body of such a 429"),
    Policy(
        "throttle_code",
        ("SubscriptionRequestsThrottled", "TooManyRequests", "ResourceRequestsThrottled"),
        "B6, A4: code in it",
    ),
    Policy("throttle_retry_after", ("seconds", "date", "absent"), "B6, A4: its header Retry-After"),
    Policy("missing_reference", ("refused", "accepted"), "B2: compute or asset id that does not exist"),
    Policy("list_lag", SECONDS, "A 1.6: seconds until a list shows a write", "0"),
    Policy("page_size", NUMBER, "B11: how much one page holds, 0: models 20, environments 100, others 50", "0"),
    Policy("top_limit", ("page", "none", "refused"), "A9: $top above the size of a page"),
    Policy("next_link", ("skipToken", "skip"), "B11: parameter of nextLink"),
    Policy("top_link", ("models", "none", "all"), "A 14.21: nextLink in a list that $top has cut short"),
    Policy("last_page_link", ("absent", "null"), "B 14.21: nextLink on the last page of jobs in the data plane"),
    Policy("job_order", ("oldest", "newest"), "B 14.21: what comes first in lists of jobs in the data plane"),
    Policy("job_list_items", ("short", "whole"), "B 14.21: do their items show inputs, compute, settings"),
    Policy("data_plane_lists", ("served", "refused"), "B 14.16: are they answered at all"),
    Policy("batch_order", ("oldest", "newest"), "B 14.27: what comes first in lists of endpoints, deployments"),
    Policy("unknown_order", ("refused", "ignored"), "A9: $orderBy by something else than createdtime"),
    Policy("default_list_view", ("ActiveOnly", "All"), "A9: lists without listViewType"),
    Policy("archive_with_stage", ("ignored", "applied"), "A 1.8: isArchived of environments beside a stage"),
    Policy("model_archive_with_stage", ("applied", "ignored"), "A 14.13: isArchived of models beside a stage"),
    Policy("archive_lag", SECONDS, "A 14.17: seconds until a GET shows that an environment is archived", "0"),
    Policy("environment_archive", ("applied", "ignored"), "A8: archiving an environment without stage"),
    Policy(
        "restored_stage",
        ("Development", "Archived"),
        "A 14.13: stage of what was archived and is restored",
    ),
    Policy("hash_search_archived", ("found", "hidden"), "A12: archived code in a search by hash"),
    Policy("code_uri_check", ("none", "exists"), "A12: must a codeUri lead to blobs"),
    Policy("hash_check", ("none", "verified"), "A12: must hash_sha256 be that of the blobs"),
    Policy("model_path_check", ("exists", "none"), "A 14.31: must a place of a model in a datastore hold blobs"),
    Policy("model_from_job", ("rewritten", "kept"), "A 14.15: modelUri of a model from a job or run"),
    Policy("mlflow_model_uri", ("kept", "replicated"), "A 14.8: modelUri of an uploaded MLflow model"),
    Policy("mlflow_flavors", ("read", "empty"), "A15: flavors of an MLflow model that names none (read: recorded)"),
    Policy("data_folder_slash", ("datastore", "all", "none"), "A 14.18: folder URIs that get a slash"),
    Policy("anonymous_flag", ("dropped", "kept"), "A 14.18: isAnonymous of code and data"),
    Policy("anonymous_stage", ("Logged", "Development"), "A 14.4: stage of anonymous versions"),
    Policy(
        "anonymous_component_version",
        ("service", "url"),
        "A 14.3: who names the version of an anonymous component",
    ),
    Policy("component_next_version", ("timed", "counted"), "A 14.27: next version of a component"),
    Policy("pipeline_component_jobs", ("hidden", "shown"), "A 14.24: jobs in the answer for a pipeline component"),
    Policy(
        "pipeline_component_without_jobs",
        ("refused", "kept", "lost"),
        "A 14.24: PUT on a pipeline component without its jobs",
    ),
    Policy("environment_build", ("hidden", "shown"), "A 14.17: headers that name an image build and its log"),
    Policy("datastore_endpoint", ("cloud", "public"), "A 14.33: endpoint of a datastore that names none"),
    Policy("default_datastores", ("one", "none", "two"), "A16: how many datastores say that they are default"),
    Policy("default_datastore_change", ("refused", "put"), "A16: isDefault in a datastore PUT"),
    Policy("container_put_status", ("200", "201"), "A 14.13: PUT on an existing container, not an environment's"),
    Policy("equal_put_status", ("201", "200"), "A2: PUT on an existing environment version, unless it archives"),
    Policy("delete_container", ("accepted", "refused"), "A 1.8: DELETE of a container that has versions"),
    Policy("pending_upload_lifetime", SECONDS, "A11: seconds that the SAS of a pending upload lives", "28800"),
    Policy(
        "abandoned_upload_lifetime", SECONDS, "A11: seconds until a container that no code names goes, 0: never", "0"
    ),
    Policy("cancel_status", ("202", "200"), "B 6.4, A 10: cancel as an operation (2023) or at once (2025)"),
    Policy("cancel_absent_status", ("404", "200"), "A17: cancel of an absent job"),
    Policy("job_delete_status", ("202", "200"), "A17: DELETE of a job"),
    Policy("job_delete_headers", ("location", "async", "both"), "A17: where a 202 to it names its operation"),
    Policy("job_course", COURSE, "B10, B 6.2: states of a job and their virtual seconds, `Queued:60,Running:10800`"),
    Policy("job_name", ("honoured", "ignored"), "B14: name in the body of an invoke"),
    Policy("job_name_clash", ("409", "400", "existing", "renamed"), "B14: a job name in an invoke that is taken"),
    Policy("job_marks", ("honoured", "ignored"), "B14: tags, properties, description in that body"),
    Policy("repeatability", ("deduplicated", "ignored"), "B12: second invoke with the same request id"),
    Policy("repeatability_header", ("either", "dash", "underscore"), "B12: the spelling that counts"),
    Policy("repeat_status", ("201", "200"), "B12: answer to a repeated invoke"),
    Policy("repeatability_lifetime", SECONDS, "B12: seconds that a request id is remembered, 0 for ever", "0"),
    Policy("dataset_bodies", ("accepted", "urls", "refused"), "B9: invokes of the 2021 generation"),
    Policy("dataset_answer", ("echoed", "converted"), "B9: are they answered as they are, or as inputData"),
    Policy("missing_input", ("refused", "accepted"), "B13: an invoke without input (the job then fails)"),
    Policy("malformed_uri", ("refused", "accepted"), "B13: an input URI of nothing but punctuation"),
    Policy("bad_input_status", ("400", "422"), "B13: refusal of such invokes"),
    Policy(
        "finished_output",
        ("failed", "null", "filled", "always"),
        "B10: output of a job: where its logs are once failed (recorded), its rows once completed or always",
    ),
    Policy("failed_job_error", ("absent", "shown"), "B10: error of a failed job in the data plane"),
    Policy("job_provisioning", ("submission", "job"), "B10: what provisioningState of a job speaks of"),
    Policy("existing_output", ("fails", "left"), "B 14.17: a job whose file of rows exists already"),
    Policy("jobs_of_deleted", ("kept", "removed"), "B11: jobs of a deleted endpoint or deployment"),
    Policy("no_default_status", ("404", "400", "500"), "B13: invoke without a route to a deployment"),
    Policy("only_deployment", ("refused", "routed"), "B 14.11: invoke without a default, of one deployment"),
    Policy("unknown_deployment_status", ("404", "400"), "B13: invoke naming an unknown deployment"),
    Policy("wrong_audience_status", ("403", "401"), "B13: management token on the scoring host"),
    Policy("scoring_token_errors", ("text", "envelope"), "B13: body where the scoring host refuses a token"),
    Policy("model_output_types", ("uri_file", "any"), "B 14.8: outputs that a model deployment takes"),
    Policy(
        "unknown_datastore",
        ("output_dataset", "any", "accepted"),
        "B 14.32: where an unknown datastore is a 404 of the invoke; else its job fails",
    ),
    Policy("scoring_errors", ("envelope", "error", "text"), "B13: body of a refusal by the scoring host"),
    Policy(
        "progress_logs",
        ("report", "overview", "rotated", "unknown", "none"),
        "B 6.2: where a run logs its counts, and in which form",
    ),
    Policy("quota_limits", LIMITS, "C 1: limits of families, `cores` and `clusters`: `standardDSv2Family=6,cores=20`"),
    Policy("workspace_quota_usages", ("hidden", "shown"), "C9: usages of workspaces that have a share"),
    Policy("usages_order", ("totals_first", "totals_last"), "C9: where the totals are among the usages"),
    Policy("usages_page_size", NUMBER, "C9: how many usages one page holds, 0 for all", "0"),
    Policy(
        "permissions_of_groups",
        ("shown", "hidden"),
        "C6: do the caller's permissions include what it has through a group",
    ),
    Policy(
        "deny_assignments",
        ("applied", "ignored"),
        "C6: do the caller's permissions leave out what deny assignments deny",
    ),
    Policy(
        "private_scoring",
        ("403", "404", "401", "open"),
        "C7: scoring host of a workspace without public access, from outside",
    ),
    Policy(
        "private_management",
        ("open", "403"),
        "C7: management of what is in such a workspace, from outside",
    ),
    Policy("resource_graph_lag", SECONDS, "C 7: seconds until Resource Graph shows a new endpoint or deployment", "0"),
    Policy("diagnose_findings", PAIRS, "C 3.2: what a diagnosis finds: `containerRegistry=ImageBuildFailed:Error`"),
    Policy("schedule_invokes", ("accepted", "refused"), "C1: schedules that invoke a batch endpoint"),
    Policy("invalid_cron", ("refused", "accepted"), "C4: a cron expression that is none"),
    Policy("schedule_names", ("documented", "any"), "C4: name rule of schedules"),
    Policy("publish_status", ("202", "200"), "C2: answer to publish"),
    Policy("existing_destination", ("409", "ignored", "failed"), "C3: import of a version that exists"),
    Policy("failed_import", ("error", "status"), "C3: a failed import: 400, or 200 with the status Failed"),
    Policy("job_delete_outputs", ("kept", "removed"), "C5: results and logs of a deleted job"),
    Policy("endpoint_limit", NUMBER, "C8: endpoints of a subscription in a region, 0 for any number", "0"),
    Policy("endpoint_limit_status", ("400", "403", "409"), "C8: refusal of an endpoint above that limit"),
    Policy("registry_references", ("trusted", "checked"), "C10: assets of registries in a deployment's PUT"),
)


class Policies:
    """The answers in force."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        self._answers = {policy.name: policy.default for policy in POLICIES}
        self.update(answers or {})

    def __getitem__(self, name: str) -> str:
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def set(self, name: str, value: str) -> None:
        """Switch one policy; raise ValueError for an unknown name or value."""
        self.update({name: value})

    def update(self, answers: Mapping[str, str]) -> None:
        """Switch policies, all or none; raise ValueError for an unknown name or value."""
        known = {policy.name: policy for policy in POLICIES}
        if unknown := sorted(answers.keys() - known.keys()):
            raise ValueError(f"there is no policy '{unknown[0]}'")
        self._answers |= {name: known[name].check(value) for name, value in answers.items()}

    def status(self, name: str) -> int:
        """The HTTP status that a policy names."""
        return int(self._answers[name])

    def seconds(self, name: str) -> float:
        """The number that a policy names."""
        return float(self._answers[name])

    def number(self, name: str) -> int:
        """The whole number that a policy names."""
        return int(self._answers[name])

    def pairs(self, name: str) -> dict[str, str]:
        """The names and values that a policy lists."""
        return _pairs(self._answers[name])

    def names(self, name: str) -> frozenset[str]:
        """The names that a policy lists, in lower case."""
        return frozenset(part.strip().lower() for part in self._answers[name].split(",") if part.strip())

    def as_dict(self) -> dict[str, str]:
        """Name and answer of every policy."""
        return dict(self._answers)
