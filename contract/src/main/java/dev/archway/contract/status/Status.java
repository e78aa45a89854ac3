package dev.archway.contract.status;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Where an execution, a stage run or a step stands, in Harness's words. */
public enum Status {
  QUEUED("Queued"),
  RUNNING("Running"),
  SUCCESS("Success"),
  FAILED("Failed"),
  ABORTED("Aborted"),
  EXPIRED("Expired"),
  SKIPPED("Skipped"),
  /** Failed, and a failure strategy lets what is around it go on as if it had not. */
  IGNORE_FAILED("IgnoreFailed");

  private final String word;

  Status(String word) {
    this.word = word;
  }

  /** Reads the word that {@link #word()} prints. */
  @JsonCreator
  public static Status of(String word) {
    for (Status status : values()) {
      if (status.word.equals(word)) {
        return status;
      }
    }
    throw new IllegalArgumentException(
        "status: \"%s\" (expected: Queued, Running, Success, Failed, Aborted, Expired, Skipped or IgnoreFailed)"
            .formatted(word));
  }

  /** The word at the API. */
  @JsonValue
  public String word() {
    return word;
  }

  /** True when it will not change any more. */
  public boolean ended() {
    return this != QUEUED && this != RUNNING;
  }
}
