"""People, groups, tokens and unknown methods."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.practice.example import SCOPES, a_client, a_manifest, refusal


async def test_users_have_zones_names_and_kinds(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    user = (await client.users_info(user=anna.id))["user"]
    assert (user["name"], user["real_name"], user["tz"]) == ("anna", "Anna Keller", "Europe/Berlin")
    assert user["tz_offset"] == 3600
    assert user["profile"]["email"] == "anna@example.com"
    assert user["is_bot"] is False
    guest = workspace.add_person("Gil Guest", guest=True)
    assert (await client.users_info(user=guest.id))["user"]["is_restricted"] is True
    assert guest not in workspace.channel("general").members
    bot = (await client.users_info(user=workspace.bot_user_id))["user"]
    assert bot["is_bot"] is True
    assert await refusal(client.users_info(user="U000")) == "user_not_found"


async def test_people_are_found_by_email(workspace: Workspace, client: AsyncWebClient) -> None:
    anna = workspace.add_person("Anna Keller", email="Anna.Keller@example.org")
    found = await client.users_lookupByEmail(email="anna.keller@example.org")
    assert found["user"]["id"] == anna.id
    assert await refusal(client.users_lookupByEmail(email="nobody@example.org")) == "users_not_found"


async def test_the_list_of_users_is_paged(workspace: Workspace, client: AsyncWebClient) -> None:
    for number in range(3):
        workspace.add_person(f"Person {number}", handle=f"p{number}")
    ids: list[str] = []
    async for page in await client.users_list(limit=2):
        ids += [user["id"] for user in page["members"]]
    assert len(ids) == len(set(ids)) == 5, "three people, the app and Slackbot"


async def test_emails_need_their_own_scope(clock: ManualClock) -> None:
    scopes = [scope for scope in SCOPES if scope != "users:read.email"]
    async with (
        open_workspace(clock=clock, manifest=a_manifest(scopes=scopes)) as workspace,
        a_client(workspace) as client,
    ):
        anna = workspace.add_person("Anna Keller")
        assert "email" not in (await client.users_info(user=anna.id))["user"]["profile"]
        assert await refusal(client.users_lookupByEmail(email="anna@example.com")) == "missing_scope"


async def test_user_groups_have_members(workspace: Workspace, client: AsyncWebClient, anna: Person) -> None:
    group = workspace.add_usergroup("payments-oncall", [anna])
    listed = (await client.usergroups_list(include_users=True))["usergroups"]
    assert [(entry["handle"], entry["users"]) for entry in listed] == [("payments-oncall", [anna.id])]
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [anna.id]
    assert await refusal(client.usergroups_users_list(usergroup="S000")) == "no_such_subteam"


async def test_tokens_and_methods_are_checked(workspace: Workspace, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == workspace.bot_user_id
    assert (await client.team_info())["team"]["id"] == workspace.team_id
    assert await refusal(client.api_call("chat.teleport")) == "unknown_method"
    async with a_client(workspace, "xoxb-wrong") as stranger:
        assert await refusal(stranger.auth_test()) == "invalid_auth"
    async with a_client(workspace, workspace.app_token) as app:
        assert await refusal(app.auth_test()) == "not_allowed_token_type"
    assert client.session is not None
    async with client.session.post(f"{workspace.api_url}auth.test") as response:
        assert (await response.json())["error"] == "not_authed"
    async with client.session.get(f"{workspace.api_url}auth.test?token={workspace.bot_token}") as response:
        assert (await response.json())["ok"] is True


async def test_a_guest_of_one_channel_is_not_let_into_a_second(workspace: Workspace, client: AsyncWebClient) -> None:
    guest = workspace.add_person("Gil Guest", guest=True, one_channel=True)
    ids = [(await client.conversations_create(name=name))["channel"]["id"] for name in ("one", "two")]
    assert (await client.conversations_invite(channel=ids[0], users=[guest.id]))["ok"]
    assert await refusal(client.conversations_invite(channel=ids[1], users=[guest.id])) == "ura_max_channels"
    assert (await client.users_info(user=guest.id))["user"]["is_ultra_restricted"] is True
