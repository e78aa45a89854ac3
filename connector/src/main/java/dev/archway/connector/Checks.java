package dev.archway.connector;

import dev.archway.contract.api.ConnectorTest;
import dev.archway.contract.api.ConnectorTest.Check;
import dev.archway.contract.api.ConnectorTest.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks of one connector, one after another until one fails. What goes wrong is told in the other
 * side's words. For one thread.
 */
public final class Checks {
  private final List<Check> checks = new ArrayList<>();

  /** Something to try. */
  @FunctionalInterface
  public interface Attempt<T> {
    /** Returns what it found; throws with a message for people when it does not work. */
    T run() throws IOException, InterruptedException;
  }

  /** Something that does not work, in words for people. */
  public static final class FailedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A failure that these words explain. */
    public FailedException(String message) {
      super(message);
    }
  }

  /** Tries it, unless something failed before; the answer is what was found. */
  public void tell(String what, Attempt<String> attempt) {
    String found = value(what, attempt);
    if (found != null) {
      checks.add(new Check(what, Status.SUCCESS, found));
    }
  }

  /** Tries it without telling of success; null when it or an earlier one failed. */
  public <T> @Nullable T value(String what, Attempt<T> attempt) {
    if (failed()) {
      return null;
    }
    try {
      return attempt.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      checks.add(new Check(what, Status.FAILURE, "interrupted"));
    } catch (IOException | RuntimeException e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      checks.add(new Check(what, Status.FAILURE, message));
    }
    return null;
  }

  /** Notes what cannot be tried from here. */
  public void unknown(String what, String why) {
    if (!failed()) {
      checks.add(new Check(what, Status.UNKNOWN, why));
    }
  }

  private boolean failed() {
    return checks.stream().anyMatch(check -> check.status() == Status.FAILURE);
  }

  /** All of it. */
  public ConnectorTest result() {
    return ConnectorTest.of(checks);
  }
}
