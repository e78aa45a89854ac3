package dev.archway.contract.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * Identifies one run of a pipeline. Safe in Kubernetes labels, container names, file names and
 * URLs.
 *
 * @param value 8 to 40 lower-case letters and digits, starting with a letter
 */
public record ExecutionId(@JsonValue String value) implements Comparable<ExecutionId> {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9]{7,39}");

  public ExecutionId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "execution id: \"%s\" (expected: 8 to 40 of a-z and 0-9, starting with a letter)"
              .formatted(value));
    }
  }

  /** Reads the printed form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ExecutionId of(String value) {
    return new ExecutionId(value);
  }

  @Override
  public int compareTo(ExecutionId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
