# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_deployment
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    delete,
    error,
    get,
    no_jobs,
    poll,
    put,
    stored,
)

ENDPOINT = "batchEndpoints/digits"
AT = f"{ENDPOINT}/deployments/blue"
MODEL = "models/digits/versions/1"
CODE = "codes/score/versions/2"
ENVIRONMENT = "environments/sklearn/versions/3"
CPU = "computes/cpu"
TARGETS = [get(path, {"id": f"{WORKSPACE}/{path}"}) for path in (MODEL, CODE, ENVIRONMENT, CPU)]


def deployment(**properties: Any) -> dict[str, Any]:
    """A deployment as the service answers a GET, with its defaults filled in (batch contract 4.2)."""
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "blue",
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments",
        "properties": {
            "description": None,
            "properties": {},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {},
            "compute": f"{WORKSPACE}/{CPU}",
            "errorThreshold": -1,
            "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
            "miniBatchSize": 10,
            "loggingLevel": "Info",
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "maxConcurrencyPerInstance": 1,
            "outputAction": "AppendRow",
            "outputFileName": "predictions.csv",
            "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
            "deploymentConfiguration": None,
            "provisioningState": "Succeeded",
            **properties,
        },
        "systemData": {"createdAt": "2023-04-09T00:30:27.2644044+00:00", "createdBy": "Some User"},
        "tags": {},
        "location": "eastus",
    }


def endpoint(default: str | None = None) -> dict[str, Any]:
    return {
        "id": f"{WORKSPACE}/{ENDPOINT}",
        "name": "digits",
        "tags": {"t1": "v1"},
        "location": "eastus",
        "properties": {
            "description": "funny",
            "authMode": "AADToken",
            "scoringUri": "https://digits.eastus.inference.ml.azure.com/jobs",
            "defaults": {"deploymentName": default},
            "provisioningState": "Succeeded",
        },
    }


NAMES = {"name": "blue", "endpoint_name": "digits"}
EVERYTHING: dict[str, Any] = {
    **NAMES,
    "description": "first",
    "tags": {"team": "vision"},
    "properties": {"p1": 1},
    "model": "azureml:digits:1",
    "code_configuration": {"code": "azureml:score:2", "scoring_script": "score.py"},
    "environment": "sklearn:3",
    "environment_variables": {"DEBUG": True, "EMPTY": ""},
    "compute": "azureml:cpu",
    "type": "model",
    "resources": {"instance_count": 2, "instance_type": "small", "properties": {"queue": {"tier": 1}}},
    "mini_batch_size": 20,
    "max_concurrency_per_instance": 4,
    "retry_settings": {"max_retries": 5, "timeout": 90},
    "error_threshold": 10,
    "logging_level": "debug",
    "output_action": "summary_only",
    "output_file_name": "out.csv",
}


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    calls = [get(ENDPOINT, endpoint()), *TARGETS, written, poll("Updating"), poll(), stored(written, deployment())]
    run(batch_deployment, EVERYTHING, get(AT), *calls)
    assert written.sent == {
        "location": "eastus",
        "tags": {"team": "vision"},
        "properties": {
            "description": "first",
            "properties": {"p1": "1"},
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {"DEBUG": "true", "EMPTY": ""},
            "compute": f"{WORKSPACE}/{CPU}",
            "resources": {"instanceCount": 2, "instanceType": "small", "properties": {"queue": {"tier": 1}}},
            "miniBatchSize": 20,
            "maxConcurrencyPerInstance": 4,
            "retrySettings": {"maxRetries": 5, "timeout": "PT1M30S"},
            "errorThreshold": 10,
            "loggingLevel": "Debug",
            "outputAction": "SummaryOnly",
            "outputFileName": "out.csv",
        },
    }


AS_THE_SERVICE_FILLS_IN: dict[str, Any] = {
    **NAMES,
    "description": "",
    "tags": {},
    "properties": {},
    "model": f"azureml:{WORKSPACE}/{MODEL}",
    "code_configuration": {"code": "score:2", "scoring_script": "score.py"},
    "environment": "azureml:sklearn:3",
    "environment_variables": {},
    "compute": f"{WORKSPACE.lower()}/{CPU}",
    "resources": {"instance_count": 1, "properties": {}},
    "mini_batch_size": 10,
    "max_concurrency_per_instance": 1,
    "retry_settings": {"max_retries": 3, "timeout": 30},
    "error_threshold": -1,
    "logging_level": "info",
    "output_action": "append_row",
    "output_file_name": "predictions.csv",
}


@pytest.mark.parametrize(
    "current",
    [
        deployment(),
        deployment(environmentVariables=None, properties=None, loggingLevel="info", description=""),
        deployment(miniBatchSize="10", errorThreshold="-1", retrySettings={"maxRetries": "3", "timeout": "PT0M30S"}),
        deployment(environmentId="azureml:sklearn:3"),
        deployment(properties={"AzureAsyncOperationUri": "https://x", "azureml.onlineendpointid": "y"}),
    ],
)
def test_a_deployment_that_another_client_made_is_adopted(run: Run, current: Any) -> None:
    assert not run(batch_deployment, AS_THE_SERVICE_FILLS_IN, get(AT, current))["changed"]


def test_the_result_is_in_the_words_of_the_task(run: Run) -> None:
    assert run(batch_deployment, NAMES, get(AT, deployment()))["batch_deployment"] == {
        **AS_THE_SERVICE_FILLS_IN,
        "id": f"{WORKSPACE}/{AT}",
        "location": "eastus",
        "type": "model",
        "description": None,
        "resources": {"instance_count": 1, "instance_type": None, "properties": {}},
        "model": f"{WORKSPACE}/{MODEL}",
        "code_configuration": {"code": f"{WORKSPACE}/{CODE}", "scoring_script": "score.py"},
        "environment": f"{WORKSPACE}/{ENVIRONMENT}",
        "compute": f"{WORKSPACE}/{CPU}",
        "provisioning_state": "Succeeded",
    }


def test_a_smaller_mini_batch_keeps_everything_else(run: Run) -> None:
    written = put(AT)
    task = {**NAMES, "mini_batch_size": 5, "retry_settings": {"timeout": 60}}
    done = run(batch_deployment, task, get(AT, deployment()), written, poll(), stored(written, deployment()))
    assert done["diff"] == {
        "before": {"name": "blue", "mini_batch_size": 10, "retry_settings": {"timeout": 30}},
        "after": {"name": "blue", "mini_batch_size": 5, "retry_settings": {"timeout": 60}},
    }
    assert written.sent == {
        "location": "eastus",
        "tags": {},
        "properties": {
            "properties": {},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {},
            "compute": f"{WORKSPACE}/{CPU}",
            "errorThreshold": -1,
            "retrySettings": {"maxRetries": 3, "timeout": "PT1M"},
            "miniBatchSize": 5,
            "loggingLevel": "Info",
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "maxConcurrencyPerInstance": 1,
            "outputAction": "AppendRow",
            "outputFileName": "predictions.csv",
            "resources": {"instanceCount": 1},
        },
    }


def test_another_model_is_laid_over_the_one_that_stands(run: Run) -> None:
    newer = "models/digits/versions/2"
    written = put(AT)
    calls = [get(newer, {"id": newer}), written, poll(), stored(written, deployment())]
    run(batch_deployment, {**NAMES, "model": "azureml:digits:2"}, get(AT, deployment()), *calls)
    assert written.sent["properties"]["model"] == {"referenceType": "Id", "assetId": f"{WORKSPACE}/{newer}"}


def test_environment_variables_replace_those_that_stand(run: Run) -> None:
    written = put(AT)
    current = deployment(environmentVariables={"OLD": "1"})
    task = {**NAMES, "environment_variables": {"NEW": "2"}}
    run(batch_deployment, task, get(AT, current), written, poll(), stored(written, deployment()))
    assert written.sent["properties"]["environmentVariables"] == {"NEW": "2"}


def test_a_new_deployment_becomes_the_default(run: Run) -> None:
    default = put(ENDPOINT)
    written = put(AT)
    created = [written, poll(), stored(written, deployment())]
    marked = [get(ENDPOINT, endpoint()), default, poll(), get(ENDPOINT, endpoint("blue"))]
    task = {**EVERYTHING, "set_default": True}
    run(batch_deployment, task, get(AT), get(ENDPOINT, endpoint()), *TARGETS, *created, *marked)
    assert default.sent == {
        "location": "eastus",
        "tags": {"t1": "v1"},
        "properties": {"description": "funny", "authMode": "AADToken", "defaults": {"deploymentName": "blue"}},
    }


def test_a_standing_default_is_one_get_more(run: Run) -> None:
    calls = [get(AT, deployment()), get(ENDPOINT, endpoint("blue"))]
    assert not run(batch_deployment, {**AS_THE_SERVICE_FILLS_IN, "set_default": True}, *calls)["changed"]


def test_a_new_deployment_needs_a_model_and_a_compute(run: Run) -> None:
    assert "creating it needs model, compute" in run(batch_deployment, NAMES, get(AT))["msg"]


def test_a_missing_endpoint_is_found_before_any_write(run: Run) -> None:
    done = run(batch_deployment, EVERYTHING, get(AT), get(ENDPOINT))
    assert done["msg"].startswith("endpoint_name: there is no batch endpoint digits in workspace ws1.")


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"name": "b/lue"}, "name: 'b/lue' cannot be the name of a batch deployment"),
        ({"endpoint_name": "di"}, "endpoint_name: 'di' cannot be the name of a batch endpoint"),
        ({"mini_batch_size": 0}, "mini_batch_size: 0 is too small: the smallest value is 1."),
        ({"error_threshold": -2}, "error_threshold: -2 is too small: the smallest value is -1."),
        ({"retry_settings": {"timeout": 0}}, "retry_settings.timeout: 0 s is too short: the shortest is 1 s."),
        ({"environment": "sklearn"}, "environment: 'sklearn' names no version"),
    ],
)
def test_bad_input_is_found_before_any_request(run: Run, task: dict[str, Any], complaint: str) -> None:
    assert run(batch_deployment, {**NAMES, **task})["msg"].startswith(complaint)


def test_deleting(run: Run) -> None:
    calls = [get(AT, deployment()), get(ENDPOINT, endpoint("green")), no_jobs(), delete(AT), poll(), get(AT)]
    assert run(batch_deployment, {**NAMES, "state": "absent"}, *calls)["changed"]


def test_nothing_is_there_to_delete_without_an_endpoint(run: Run) -> None:
    assert not run(batch_deployment, {**NAMES, "state": "absent"}, get(AT))["changed"]


def test_a_model_by_its_path_is_shown_and_kept(run: Run) -> None:
    """Other clients may have written one (batch contract 4.1)."""
    by_path = {"referenceType": "DataPath", "datastoreId": "/x/datastores/d", "path": "models/m"}
    written = put(AT)
    after = deployment(model=by_path, miniBatchSize=5)
    done = run(
        batch_deployment,
        {**NAMES, "mini_batch_size": 5},
        get(AT, deployment(model=by_path)),
        written,
        poll(),
        get(AT, after),
    )
    assert written.sent["properties"]["model"] == by_path
    assert done["batch_deployment"]["model"] == "azureml:/x/datastores/d/paths/models/m"


class TestMadeOf:
    """Whether what a deployment is made of can be changed in place is not known (batch contract, question 2)."""

    NEWER = "models/digits/versions/2"
    TASK = {**NAMES, "model": "azureml:digits:2", "compute": "cpu"}
    EXISTS = get(NEWER, {"id": f"{WORKSPACE}/{NEWER}"})
    REFUSED = error("UserError", "The model of a deployment cannot be changed.")
    AFTER = get(AT, deployment(model={"referenceType": "Id", "assetId": f"{WORKSPACE}/{NEWER}"}))
    GONE = (delete(AT), poll(), get(AT))

    @pytest.mark.parametrize("status", [400, 409])
    def test_a_refusal_names_the_way_out(self, run: Run, status: int) -> None:
        refused = [put(AT, status, self.REFUSED, operation=False)]
        if status == 409:  # may as well be another operation that is under way
            refused = [*refused, get(AT, deployment()), *refused]
        done = run(batch_deployment, self.TASK, get(AT, deployment()), self.EXISTS, *refused)
        assert "If it refuses to change model in place, write recreate: true to delete batch deployment" in done["msg"]

    def test_a_refusal_of_something_else_is_just_that(self, run: Run) -> None:
        refused = put(AT, 400, self.REFUSED, operation=False)
        done = run(batch_deployment, {**NAMES, "mini_batch_size": 5}, get(AT, deployment()), refused)
        assert "recreate" not in done["msg"]

    def test_a_refused_creation_has_nothing_to_replace(self, run: Run) -> None:
        refused = put(AT, 400, error("UserError", "Quota exceeded."), operation=False)
        calls = [get(AT), get(ENDPOINT, endpoint()), get(MODEL, {"id": MODEL}), get(CPU, {"id": CPU}), refused]
        done = run(batch_deployment, {**NAMES, "model": "digits:1", "compute": "cpu", "recreate": True}, *calls)
        assert "Quota exceeded." in done["msg"]
        assert "recreate" not in done["msg"]

    @pytest.mark.parametrize(
        "option", [{"recreate": True}, {"stand_in": "green"}, {"stand_in": "green", "state": "absent"}]
    )
    def test_what_takes_several_steps_needs_to_wait(self, run: Run, option: dict[str, Any]) -> None:
        done = run(batch_deployment, {**NAMES, **option, "wait": False})
        assert done["msg"].endswith("takes several steps, one after the other, and needs wait: true.")

    def test_one_that_is_not_the_default_is_replaced(self, run: Run) -> None:
        written = put(AT)
        refused = put(AT, 400, self.REFUSED, operation=False)
        reads = [get(ENDPOINT, endpoint("green")), get(AT, deployment()), no_jobs()]
        calls = [self.EXISTS, refused, *reads, *self.GONE, written, poll(), self.AFTER]
        done = run(batch_deployment, {**self.TASK, "recreate": True}, get(AT, deployment()), *calls)
        assert done["diff"]["after"] == {"name": "blue", "model": f"{WORKSPACE}/{self.NEWER}"}
        assert written.sent["location"] == "eastus"
        assert written.sent["properties"]["retrySettings"] == {"maxRetries": 3, "timeout": "PT30S"}

    def test_the_default_is_replaced_while_another_stands_in(self, run: Run) -> None:
        refused = put(AT, 400, self.REFUSED, operation=False)
        task = {**self.TASK, "recreate": True, "set_default": True, "stand_in": "green"}
        green = get(f"{ENDPOINT}/deployments/green", deployment())
        away, back = put(ENDPOINT), put(ENDPOINT)
        on_blue, on_green = get(ENDPOINT, endpoint("blue")), get(ENDPOINT, endpoint("green"))
        calls = [
            on_blue,
            self.EXISTS,
            *(refused, on_blue, green, get(AT, deployment()), no_jobs()),
            *(on_blue, away, poll(), on_green),
            *self.GONE,
            *(put(AT), poll(), self.AFTER),
            *(on_green, back, poll(), on_blue),
        ]
        done = run(batch_deployment, task, get(AT, deployment()), *calls)
        assert done["steps"] == [  # what was refused is not among them
            "make digits/green the default deployment of digits",
            "delete batch deployment digits/blue",
            "create batch deployment digits/blue",
            "make digits/blue the default deployment of digits",
        ]
        assert away.sent["properties"]["defaults"] == {"deploymentName": "green"}
        assert back.sent["properties"]["defaults"] == {"deploymentName": "blue"}

    @pytest.mark.parametrize(
        ("more", "reads"),
        [
            ({"set_default": True}, []),
            ({"stand_in": "green"}, []),
            ({"set_default": True, "stand_in": "blue"}, [get(AT, deployment())]),
            ({"set_default": True, "stand_in": "green"}, [get(f"{ENDPOINT}/deployments/green")]),
            (
                {"set_default": True, "stand_in": "green"},
                [get(f"{ENDPOINT}/deployments/green", deployment(provisioningState="Failed"))],
            ),
        ],
    )
    def test_the_endpoint_is_never_left_without_a_default(
        self, run: Run, more: dict[str, Any], reads: list[Call]
    ) -> None:
        failed = deployment(provisioningState="Failed")
        on_blue = get(ENDPOINT, endpoint("blue"))
        task = {**NAMES, "model": "azureml:digits:1", "compute": "cpu", "recreate": True, **more}
        done = run(batch_deployment, task, get(AT, failed), on_blue, *reads)
        assert done.failed
        assert "stand_in" in done["msg"]
        assert done["msg"].endswith("Nothing was changed.")


class TestDeletingTheDefault:
    TASK = {**NAMES, "state": "absent"}
    ON_BLUE = get(ENDPOINT, endpoint("Blue"))  # in doubt about the case of names, it is the default

    @pytest.mark.parametrize("check", [True, False])
    def test_it_is_refused_with_what_to_do(self, run: Run, check: bool) -> None:
        done = run(batch_deployment, self.TASK, get(AT, deployment()), self.ON_BLUE, check=check)
        assert done["msg"] == (
            "batch deployment digits/blue is the default deployment of batch endpoint digits, which would be left "
            "without one. Write stand_in with the name of another that takes over; or delete the whole batch endpoint "
            "digits. Nothing was changed."
        )

    def test_another_takes_over(self, run: Run) -> None:
        green = get(f"{ENDPOINT}/deployments/green", deployment())
        handed = put(ENDPOINT)
        on_green = get(ENDPOINT, endpoint("green"))
        calls = [green, no_jobs(), self.ON_BLUE, handed, poll(), on_green, delete(AT), poll(), get(AT)]
        done = run(batch_deployment, {**self.TASK, "stand_in": "green"}, get(AT, deployment()), self.ON_BLUE, *calls)
        assert done["steps"] == [
            "make digits/green the default deployment of digits",
            "delete batch deployment digits/blue",
        ]
        assert handed.sent["properties"]["defaults"] == {"deploymentName": "green"}


COMPONENT = "components/hello/versions/1"
SETTINGS = {"default_compute": "cpu", "default_datastore": "workspaceblobstore", "continue_on_step_failure": False}


def pipeline(**settings: Any) -> dict[str, Any]:
    """A deployment of a pipeline component as the service should return it (batch contract 4.5)."""
    made = deployment(codeConfiguration=None, environmentId=None, compute=None, model=None)
    reported = {
        "ComponentDeployment.Settings.continue_on_step_failure": "False",
        "default_compute": "cpu",
        "default_datastore": "workspaceblobstore",
        **settings,
    }
    made["properties"]["deploymentConfiguration"] = {
        "deploymentConfigurationType": "PipelineComponent",
        "componentId": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{COMPONENT}"},
        "settings": reported,
    }
    return made


class TestPipeline:
    TASK: ClassVar[dict[str, Any]] = {
        **NAMES,
        "type": "pipeline",
        "component": "azureml:hello:1",
        "settings": {**SETTINGS, "default_compute": "azureml:cpu"},
    }
    TARGETS = tuple(
        get(path, {"id": f"{WORKSPACE}/{path}"}) for path in (COMPONENT, CPU, "datastores/workspaceblobstore")
    )

    def test_every_option_reaches_the_wire(self, run: Run) -> None:
        written = put(AT)
        calls = [get(ENDPOINT, endpoint()), *self.TARGETS, written, poll(), get(AT, pipeline())]
        done = run(batch_deployment, self.TASK, get(AT), *calls)
        assert written.sent == {
            "location": "eastus",
            "properties": {
                "deploymentConfiguration": {
                    "deploymentConfigurationType": "PipelineComponent",
                    "componentId": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{COMPONENT}"},
                    "settings": {
                        "default_compute": "cpu",
                        "default_datastore": "workspaceblobstore",
                        "continue_on_step_failure": "False",
                    },
                }
            },
        }
        shown = done["batch_deployment"]
        assert (shown["type"], shown["component"], shown["settings"]) == (
            "pipeline",
            f"{WORKSPACE}/{COMPONENT}",
            SETTINGS,
        )
        assert "model" not in shown

    @pytest.mark.parametrize("kind", [{}, {"type": "pipeline"}])
    @pytest.mark.parametrize(
        "current",
        [
            pipeline(),
            pipeline(
                **{"continue_on_step_failure": "false", "ComponentDeployment.Settings.continue_on_step_failure": None}
            ),
        ],
    )
    def test_it_is_adopted_whichever_key_the_service_tells(self, run: Run, kind: Any, current: Any) -> None:
        task = {key: value for key, value in self.TASK.items() if key != "type"}
        assert not run(batch_deployment, {**task, **kind}, get(AT, current))["changed"]

    def test_a_setting_is_changed_under_its_own_key(self, run: Run) -> None:
        written = put(AT)
        after = pipeline(**{"ComponentDeployment.Settings.continue_on_step_failure": "True"})
        task = {**NAMES, "type": "pipeline", "settings": {"continue_on_step_failure": True}}
        done = run(batch_deployment, task, get(AT, pipeline()), written, poll(), get(AT, after))
        assert done.warnings == []
        assert written.sent["properties"]["deploymentConfiguration"]["settings"] == {
            "default_compute": "cpu",
            "default_datastore": "workspaceblobstore",
            "continue_on_step_failure": "True",
        }

    def test_a_compute_elsewhere_cannot_be_told(self, run: Run) -> None:
        elsewhere = f"{WORKSPACE[:-3]}ws2/computes/cpu"
        done = run(batch_deployment, {**self.TASK, "settings": {"default_compute": elsewhere}})
        assert "is not in this workspace, and the service takes only a name here" in done["msg"]

    @pytest.mark.parametrize(
        ("task", "complaint"),
        [
            (
                {"model": "m:1"},
                "model is for the type model, and batch deployment digits/blue is of the type pipeline.",
            ),
            ({"type": "model"}, "component is for the type pipeline, and batch deployment digits/blue is of the type"),
        ],
    )
    def test_the_options_of_the_other_kind_are_refused(self, run: Run, task: dict[str, Any], complaint: str) -> None:
        assert run(batch_deployment, {**self.TASK, **task})["msg"].startswith(complaint)

    def test_a_model_deployment_does_not_become_one(self, run: Run) -> None:
        done = run(batch_deployment, self.TASK, get(AT, deployment()))
        assert done["msg"].startswith("batch deployment digits/blue cannot become another: type is 'model'")
