package dev.archway.contract.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.id.ExecutionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call of a trigger, and what came of it.
 *
 * @param id the server's id of the call; the planned time for a schedule
 * @param reason why it started nothing; for people; null when it did
 * @param execution what it started
 * @param event what was called; null for a schedule and in lists
 */
public record Delivery(
    String id,
    Instant receivedAt,
    Outcome outcome,
    @Nullable String reason,
    @Nullable ExecutionId execution,
    @Nullable GitEvent event) {
  /** What came of a call. */
  public enum Outcome {
    /** An execution. */
    STARTED("Started"),
    /** Nothing, since the trigger's conditions say so. */
    IGNORED("Ignored"),
    /** Nothing, since the pipeline could not start. */
    REFUSED("Refused");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /** Reads the word that {@link #word()} prints. */
    @JsonCreator
    public static Outcome of(String word) {
      for (Outcome outcome : values()) {
        if (outcome.word.equals(word)) {
          return outcome;
        }
      }
      throw new IllegalArgumentException(
          "outcome: \"%s\" (expected: Started, Ignored or Refused)".formatted(word));
    }

    /** The word at the API. */
    @JsonValue
    public String word() {
      return word;
    }
  }
}
