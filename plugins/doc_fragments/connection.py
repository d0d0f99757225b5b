# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who is asking, in which cloud, and which workspace."""

    DOCUMENTATION = r"""
requirements:
  - python >= 3.10
  - httpx
  - azure-identity
options:
  subscription_id:
    description:
      - Id of the subscription that holds the workspace.
      - Falls back to the environment variable E(AZURE_SUBSCRIPTION_ID), then to the profile.
    type: str
  resource_group:
    description:
      - Name of the resource group that holds the workspace.
      - Falls back to the environment variable E(AZUREML_RESOURCE_GROUP).
    type: str
  workspace_name:
    description:
      - Name of the Azure Machine Learning workspace.
      - Falls back to the environment variable E(AZUREML_WORKSPACE).
    type: str
  auth_source:
    description:
      - Where credentials come from.
      - V(auto) takes the first that is complete of the service principal in the options (or their environment
        variables), the federated token, the credentials file, and the Azure CLI.
      - V(env) takes the options and their environment variables only, V(credential_file) the file
        C(~/.azure/credentials), V(cli) the signed-in Azure CLI, V(msi) the managed identity of the machine.
      - A user name with a password (E(AZURE_AD_USER) and E(AZURE_PASSWORD)) is not supported.
      - Falls back to the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE).
    type: str
    choices: [auto, env, credential_file, cli, msi]
    default: auto
  tenant:
    description:
      - Id or domain of the Microsoft Entra tenant.
      - Falls back to the environment variables E(AZURE_TENANT) and E(AZURE_TENANT_ID).
    type: str
  client_id:
    description:
      - Application id of the service principal, or client id of a user-assigned managed identity.
      - Falls back to the environment variable E(AZURE_CLIENT_ID).
    type: str
  secret:
    description:
      - Secret of the service principal.
      - Falls back to the environment variables E(AZURE_SECRET) and E(AZURE_CLIENT_SECRET).
    type: str
  x509_certificate_path:
    description:
      - PEM or PKCS12 file with the certificate and key of the service principal, in place of O(secret).
      - Falls back to the environment variable E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  oidc_token:
    description:
      - Token that the tenant trusts (workload identity), as text, in place of O(secret).
      - Falls back to the environment variable E(AZURE_FEDERATED_TOKEN).
    type: str
  federated_token_file:
    description:
      - File with a token that the tenant trusts (workload identity), in place of O(secret).
      - Falls back to the environment variable E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
    aliases: [oidc_token_file_path]
  profile:
    description:
      - Section of the credentials file to read, for the identity and the subscription.
      - Falls back to the environment variable E(AZURE_PROFILE).
    type: str
  cloud_environment:
    description:
      - The Azure cloud, V(AzureCloud), V(AzureChinaCloud) or V(AzureUSGovernment), or the URL of the resource manager
        of another cloud, which is asked for its endpoints.
      - Falls back to the environment variable E(AZURE_CLOUD_ENVIRONMENT).
    type: str
    default: AzureCloud
  authority_host:
    description:
      - URL of the sign-in service, when it is not the one of the cloud.
      - Falls back to the environment variable E(AZURE_AUTHORITY_HOST).
    type: str
  trusted_hosts:
    description:
      - Further hosts that may get tokens of this identity, as a storage server that a datastore names as its endpoint.
      - Each is the name of a host, as V(storage.internal), or a domain with a dot before it, as V(.internal), for all
        hosts below it. Scheme, port and path are left out.
      - Without it tokens are sent to hosts of the cloud only. Of a cloud that is given by its URL, these are the
        resource manager, the storage that it describes, and the hosts of Azure Machine Learning below C(ml.azure.) and
        the end of the name of its portal.
      - Falls back to the environment variable E(AZUREML_TRUSTED_HOSTS), in which commas separate the hosts.
    type: list
    elements: str
  ca_file:
    description:
      - File with the certificates of the authorities to trust, for all connections of the module.
      - Falls back to the environment variables E(SSL_CERT_FILE), E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
    type: path
  token_cache:
    description:
      - Whether a module keeps tokens for the tasks after it in C(~/.cache/mlops.azureml) or below E(XDG_CACHE_HOME), in
        files for their owner only. Without them each such task requests its own.
      - Tokens of a managed identity and of the Azure CLI are never kept in files. Tasks inside the controller's worker
        share tokens in memory, whatever this option says, and write none to a file.
      - Falls back to the environment variable E(AZUREML_TOKEN_CACHE).
    type: bool
    default: true
notes:
  - The module runs where the play runs. Use C(hosts=localhost) or C(delegate_to=localhost) for the controller.
"""
