package dev.archway.messaging;

/**
 * The broker did not confirm a record. Sending the same record again is the cure and does no harm.
 */
public final class MessageNotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MessageNotSentException(String topic, String id, Throwable cause) {
    super("cannot send %s to %s: the broker did not confirm it".formatted(id, topic), cause);
  }
}
