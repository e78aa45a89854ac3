package dev.archway.planner.feedback;

/** Tells one message. */
@FunctionalInterface
interface Sender {
  /**
   * Returns once it has been told.
   *
   * @throws UndeliverableException when no repetition would help
   * @throws RuntimeException when another try may help
   */
  void send(Message message);

  /** No repetition would help. */
  final class UndeliverableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UndeliverableException(String message) {
      super(message);
    }
  }
}
