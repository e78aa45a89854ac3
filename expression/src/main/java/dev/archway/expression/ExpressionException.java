package dev.archway.expression;

/** An expression that cannot be read or evaluated; the message is for the pipeline's author. */
public final class ExpressionException extends Exception {
  private static final long serialVersionUID = 1L;

  public ExpressionException(String message) {
    super(message);
  }
}
