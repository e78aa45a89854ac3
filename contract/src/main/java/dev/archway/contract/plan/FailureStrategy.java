package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a failed step (Harness page "Define a failure strategy on stages and steps").
 *
 * @param errors which failures it is for
 */
public record FailureStrategy(Set<ErrorKind> errors, Action action) {
  public FailureStrategy {
    errors = Collections.unmodifiableSet(new TreeSet<>(errors));
  }

  /** True when it is for failures of this kind. */
  public boolean takes(ErrorKind kind) {
    return errors.contains(ErrorKind.ALL_ERRORS) || errors.contains(kind);
  }

  /** Kinds of failure, by Harness's names for them. */
  public enum ErrorKind {
    ALL_ERRORS("AllErrors"),
    UNKNOWN("Unknown"),
    AUTHENTICATION("Authentication"),
    AUTHORIZATION("Authorization"),
    CONNECTIVITY("Connectivity"),
    TIMEOUT("Timeout"),
    INFRASTRUCTURE("InfrastructureFailure"),
    PLUGIN_IMAGE("PluginImageFailure"),
    RESOURCE_LIMITS("ResourceLimitsFailure"),
    CONFIGURATION("ConfigurationFailure"),
    RETRYABLE("RetryableTransientFailure");

    private final String word;

    ErrorKind(String word) {
      this.word = word;
    }

    /** As pipelines write it. */
    public String word() {
      return word;
    }
  }

  /** What happens. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Action.Ignore.class, name = "Ignore"),
    @JsonSubTypes.Type(value = Action.IgnoreStage.class, name = "IgnoreStage"),
    @JsonSubTypes.Type(value = Action.MarkAsSuccess.class, name = "MarkAsSuccess"),
    @JsonSubTypes.Type(value = Action.MarkAsFailure.class, name = "MarkAsFailure"),
    @JsonSubTypes.Type(value = Action.Abort.class, name = "Abort"),
    @JsonSubTypes.Type(value = Action.Retry.class, name = "Retry")
  })
  public sealed interface Action {
    /** The step is shown as failed, and the stage goes on as if it had not. */
    record Ignore() implements Action {}

    /**
     * What Ignore means on a stage: the step and its stage fail, and the pipeline goes on as if the
     * stage had not.
     */
    record IgnoreStage() implements Action {}

    /** The step counts as a success. */
    record MarkAsSuccess() implements Action {}

    /** The step counts as failed; what follows decides by its own {@code when}. */
    record MarkAsFailure() implements Action {}

    /** The whole stage ends as aborted. */
    record Abort() implements Action {}

    /**
     * The step runs again.
     *
     * @param count how often at most; 1 or more
     * @param intervals how long to wait before each; the last one repeats; empty waits not at all
     * @param condition an expression that must hold to try again; null for none
     * @param then what happens when all of them failed
     */
    record Retry(int count, List<Duration> intervals, @Nullable String condition, Action then)
        implements Action {
      public Retry {
        intervals = List.copyOf(intervals);
      }

      /** How long to wait before a retry, counted from 1. */
      public Duration interval(int retry) {
        return intervals.isEmpty()
            ? Duration.ZERO
            : intervals.get(Math.min(retry, intervals.size()) - 1);
      }
    }
  }
}
