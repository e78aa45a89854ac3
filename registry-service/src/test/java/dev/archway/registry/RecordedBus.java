package dev.archway.registry;

import dev.archway.contract.wire.Envelope;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.MessageBus;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is sent. */
final class RecordedBus implements MessageBus {
  final List<Envelope> sent = new ArrayList<>();

  @Override
  public void send(String topic, Envelope message) {
    if (!topic.equals(Topics.IMAGE_EVENTS)) {
      throw new AssertionError("sent to " + topic);
    }
    sent.add(message);
  }

  /** The one record that was sent since the last call. */
  Envelope only() {
    if (sent.size() != 1) {
      throw new AssertionError("sent " + sent);
    }
    return sent.removeFirst();
  }
}
