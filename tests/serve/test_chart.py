"""A hub reads the values for its chart, and the deployment beside it knows the service by what the hub made of them."""

import asyncio

import pytest
import yaml
from jupyterhub import orm
from jupyterhub.app import JupyterHub
from jupyterhub.services.auth import HubOAuth
from traitlets.config import Config

from tests.build.conftest import ROOT

NAME = "hand-in"
TOKEN = "0" * 64


def as_the_chart_does(values):
    """Return the configuration that the chart's own `jupyterhub_config.py` makes: names are keys, the token its own."""
    config, hub = Config(), values["hub"]
    config.JupyterHub.services = [
        {"name": name, **{key: value for key, value in service.items() if key != "apiToken"}, "api_token": TOKEN}
        for name, service in hub["services"].items()
    ]
    config.JupyterHub.load_roles = [{"name": name, **role} for name, role in hub["loadRoles"].items()]
    for text in hub["extraConfig"].values():
        exec(text, {"c": config})
    config.JupyterHub.db_url = "sqlite://"
    config.JupyterHub.cookie_secret = bytes(32)
    config.JupyterHub.authenticator_class = "dummy"
    return config


@pytest.fixture(scope="module")
def values():
    return yaml.safe_load((ROOT / "containers" / "zero_to_jupyterhub.yaml").read_text())


@pytest.fixture
def variables():
    *_, deployment = yaml.safe_load_all((ROOT / "containers" / "serve.yaml").read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value", TOKEN) for one in container["env"]}


@pytest.fixture
def hub(values, tmp_path, monkeypatch):
    """A hub that has read its configuration, and listens nowhere."""
    monkeypatch.chdir(tmp_path)
    app = JupyterHub(config=as_the_chart_does(values))
    asyncio.run(app.initialize([]))
    yield app
    JupyterHub.clear_instance()


def test_the_hub_knows_the_service_its_roles_and_the_staff(hub):
    service = hub._service_map[NAME]
    assert (service.url, service.oauth_no_confirm, service.managed) == ("http://hand-in:8778", True, False)
    roles = {role.name: set(role.scopes) for role in hub.db.query(orm.Role)}
    assert all(f"access:services!service={NAME}" in roles[name] for name in ("user", "server"))
    (group,) = hub.db.query(orm.Group).filter(orm.Group.name == "instructors")
    assert [user.name for user in group.users] == ["teacher"]


def test_the_deployment_is_who_the_hub_takes_it_for(hub, variables, monkeypatch):
    (client,) = hub.db.query(orm.OAuthClient).filter(orm.OAuthClient.identifier == variables["JUPYTERHUB_CLIENT_ID"])
    assert client.redirect_uri == variables["JUPYTERHUB_OAUTH_CALLBACK_URL"]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    auth = HubOAuth()
    assert (auth.oauth_client_id, auth.api_url) == (client.identifier, "http://hub:8081/hub/api")
    assert auth.oauth_redirect_uri == client.redirect_uri
    assert orm.APIToken.find(hub.db, auth.api_token).service.name == NAME
