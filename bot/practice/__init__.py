"""The local Slack workspace: a real server on loopback that an app cannot tell from Slack.

It exists so that the bot can be tried, rehearsed and tested without a Slack account, and so that tests have a
Slack that fails on command. The app reaches it through `SLACK_API_URL` and nothing else. Open one with
`bot.practice.workspace.open_workspace`.

Its rooms, each of which knows only those above it:

- `reading.py`, `installed.py`: what a person reads in text and blocks; the app as its manifest describes it.
- `state/`: accounts, conversations, messages, files, views, and the deeds that change them (`posting`,
  `membership`, `sharing`, `opening`). The bot's methods and people's deeds both end here, and each deed says of
  itself what the app has to hear.
- `limits/`: what Slack refuses for its shape or size, with the JSON pointer to the place.
- `methods/`: the Web API, one file per noun; a method is a plain function from a `Call` to an answer.
- `delivery/`: which events the app hears of; Socket Mode, signed HTTP, acknowledgements, redelivery; and how to
  disturb them: drop, delay, lose, duplicate, hold, reorder.
- `faults/`: rules by which chosen calls go wrong, rate limits as a mode, outages.
- `web/`: the doors on loopback: `/api/`, sockets, response URLs, uploads and downloads; the log of calls.
- `driver/`: people: what they type and press (`Hands`), say and do (`Voice`), and see (`Eyes`).
- `pictures/`: what people see, drawn as SVG for the documents.
- `workspace.py`: all of it together, as tests and the demo hold it.

Times people see come from the clock that is handed in; what Slack measures in real seconds (acknowledgements,
trigger ids, rate limits) runs by a monotonic clock, so that a demo can speed the former up.
"""
