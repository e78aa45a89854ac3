package dev.archway.executor.runtime;

/** The runtime cannot tell or do something now; the same call may succeed later. */
public final class RuntimeUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public RuntimeUnavailableException(String message) {
    super(message);
  }

  public RuntimeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
