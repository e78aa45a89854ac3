package dev.archway.contract.id;

import java.util.regex.Pattern;

/**
 * Identifies one attempt of one stage run. Every resource that an executor makes for the attempt
 * derives its name from this key, so that a second delivery finds what the first one made.
 *
 * @param execution the execution it belongs to
 * @param stage the run's id within the execution: the stage's identifier, with a suffix such as
 *     {@code _linux_arm64} when the stage was fanned out
 * @param attempt counted from 1
 */
public record StageKey(ExecutionId execution, String stage, int attempt) {
  private static final Pattern FORM = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]{0,159}");

  public StageKey {
    if (!FORM.matcher(stage).matches()) {
      throw new IllegalArgumentException(
          "stage run id: \"%s\" (expected: letters, digits and _, not starting with a digit)"
              .formatted(stage));
    }
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: %d (expected: 1 or more)".formatted(attempt));
    }
  }

  /** {@code execution/stage/attempt}. */
  @Override
  public String toString() {
    return execution + "/" + stage + "/" + attempt;
  }
}
