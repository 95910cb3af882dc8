"""Pictures of what people see in Slack, drawn as SVG from the payloads the local workspace received.

They are for documents. Everything here is a pure function of frozen values, so the same payload gives the same bytes.

- `shapes.py`: rectangles, pieces of text, boxes of them, and stacking boxes.
- `measuring.py`: how wide text is, by the published widths of Helvetica; what is an emoji.
- `spans.py`: mrkdwn and rich text as lines of styled spans. `wrapping.py`: lines as boxes of a given width.
- `elements.py`, `blocks.py`: Block Kit as boxes. `frames.py`: conversation, modal and home tab around them.
- `svg.py`: a box as a file.
- `looking.py`: pictures of a conversation, a modal or a home tab of the local workspace.
"""
