"""The local Slack workspace: a real server on loopback that an app cannot tell from Slack.

It exists so that the bot can be tried, rehearsed and tested without a Slack account, and so that tests have a
Slack that fails on command. The app reaches it through `SLACK_API_URL` and nothing else. Open one with
`bot.practice.workspace.open_workspace`.
"""
