"""What a stream says is what held when it said it."""

from airbyte_cdk.sources.message import InMemoryMessageRepository

from mailsync.airbyte.voice import Voice


def test_a_checkpoint_holds_what_was_true_when_it_was_written_however_late_the_platform_takes_it():
    messages = InMemoryMessageRepository()
    voice = Voice("responses", messages)
    state = {"cursor": 3, "campaigns": {"first": {"parts": {"first": {"sent": ["12", 12, ""]}}}}}
    voice.state(state)
    state["cursor"] = 9
    state["campaigns"]["first"]["parts"]["first"]["opened"] = ["4", 4, ""]
    state["campaigns"]["second"] = {}
    (message,) = messages.consume_queue()
    said = message.state.stream.stream_state
    assert said.cursor == 3
    assert said.campaigns == {"first": {"parts": {"first": {"sent": ["12", 12, ""]}}}}
