package dev.archway.broker;

/** A directory belongs to another process that still runs; nothing in it was touched. */
public final class DirectoryInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DirectoryInUseException(String message) {
    super(message);
  }
}
