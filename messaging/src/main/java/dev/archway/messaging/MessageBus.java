package dev.archway.messaging;

import dev.archway.contract.wire.Envelope;
import java.util.List;

/** Sends records to topics. Thread-safe. */
public interface MessageBus {
  /**
   * Returns once the broker has the record.
   *
   * @throws MessageNotSentException when it could not be handed over; it may or may not arrive, so
   *     send it again
   */
  void send(String topic, Envelope message);

  /**
   * Sends several records of one topic in order and returns once the broker has all of them.
   *
   * @throws MessageNotSentException as {@link #send}; any of them may or may not arrive
   */
  default void sendAll(String topic, List<Envelope> messages) {
    messages.forEach(message -> send(topic, message));
  }
}
