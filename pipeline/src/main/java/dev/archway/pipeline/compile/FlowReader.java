package dev.archway.pipeline.compile;

import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.FailureStrategy.Action;
import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import dev.archway.contract.plan.When;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.FlowShapes;
import dev.archway.pipeline.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code when} and {@code failureStrategies} (Harness pages "Define conditional executions"
 * and "Define a failure strategy on stages and steps").
 */
final class FlowReader {
  private static final Set<String> ROLLBACKS = Set.copyOf(FlowShapes.ROLLBACKS);

  private FlowReader() {}

  /** What a strategy belongs to. */
  enum Owner {
    STEP,
    GROUP,
    STAGE
  }

  /**
   * Reads {@code when}; nothing means: if all went well so far.
   *
   * @param statusKey {@code pipelineStatus} or {@code stageStatus}
   */
  static When when(Fields owner, String statusKey) {
    Fields when = owner.object("when");
    if (when == null) {
      return When.SUCCESS;
    }
    When.Before before =
        when.parsed(
            statusKey,
            ProblemCode.BAD_VALUE,
            text ->
                switch (text) {
                  case "Success" -> When.Before.SUCCESS;
                  case "Failure" -> When.Before.FAILURE;
                  case "All" -> When.Before.ALL;
                  default ->
                      throw new IllegalArgumentException(
                          "\"%s\" (expected: Success, Failure or All)".formatted(text));
                });
    if (!when.has(statusKey)) {
      when.missing(statusKey);
    }
    String condition = when.template("condition");
    when.finish();
    return new When(
        before == null ? When.Before.SUCCESS : before,
        condition == null || condition.strip().equals("true") ? null : condition.strip());
  }

  static List<FailureStrategy> strategies(Fields owner, Owner level, Findings findings) {
    List<FailureStrategy> strategies = new ArrayList<>();
    List<YamlNode> items = owner.items("failureStrategies");
    for (int i = 0; i < items.size(); i++) {
      String path = owner.path() + ".failureStrategies[" + i + "]";
      if (!(items.get(i) instanceof YamlNode.Mapping mapping)) {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: \"onFailure\" with errors and an action)");
        continue;
      }
      Fields entry = owner.member("failureStrategies", mapping, path);
      Fields onFailure = entry.requiredObject("onFailure");
      entry.finish();
      Set<ErrorKind> errors = errors(onFailure);
      Action action = action(onFailure.requiredObject("action"), level, true);
      onFailure.finish();
      if (action != null && !errors.isEmpty()) {
        strategies.add(new FailureStrategy(errors, action));
      }
    }
    return strategies;
  }

  private static Set<ErrorKind> errors(Fields onFailure) {
    Set<ErrorKind> errors = EnumSet.noneOf(ErrorKind.class);
    List<String> words = onFailure.texts("errors");
    if (words.isEmpty()) {
      onFailure.missing("errors");
    }
    for (String word : words) {
      ErrorKind kind = null;
      for (ErrorKind candidate : ErrorKind.values()) {
        if (candidate.word().equals(word)) {
          kind = candidate;
        }
      }
      if (kind != null) {
        errors.add(kind);
      } else if (FlowShapes.NEVER_RAISED.contains(word)) {
        onFailure.warn(
            "errors",
            ProblemCode.NOT_SUPPORTED,
            "error \"%s\" never happens here, so that nothing follows from it".formatted(word));
      } else {
        onFailure.error(
            "errors",
            ProblemCode.BAD_VALUE,
            "error \"%s\"%s (expected: AllErrors or another of Harness's names)"
                .formatted(
                    word,
                    Suggestion.of(
                        word,
                        java.util.Arrays.stream(ErrorKind.values())
                            .map(ErrorKind::word)
                            .toList())));
      }
    }
    return errors;
  }

  /**
   * @param mayRetry false for what follows a retry
   */
  private static @Nullable Action action(Fields action, Owner level, boolean mayRetry) {
    String type = action.text("type");
    if (type == null) {
      if (!action.blank()) {
        action.missing("type");
      }
      return null;
    }
    Action read =
        switch (type) {
          case "Ignore" -> level == Owner.STAGE ? new Action.IgnoreStage() : new Action.Ignore();
          case "MarkAsSuccess" -> new Action.MarkAsSuccess();
          case "MarkAsFailure" -> new Action.MarkAsFailure();
          case "Abort" -> new Action.Abort();
          case "Retry" -> mayRetry ? retry(action.requiredObject("spec"), level) : null;
          case "ManualIntervention" -> manual(action, level, mayRetry);
          default -> ROLLBACKS.contains(type) ? rollback(action, type) : null;
        };
    if (type.equals("Retry") && !mayRetry) {
      action.error(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "a retry after a retry (expected: Ignore, MarkAsSuccess, MarkAsFailure or Abort)");
    } else if (type.equals("RetryStepGroup")) {
      action.error(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "a whole group is not run again (expected: Retry, on the group, for each step of it that fails)");
    } else if (type.equals("ProceedWithDefaultValues")) {
      action.warn(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "inputs are all given before a run starts, so that nothing follows from this");
    } else if (read == null && !Set.of("Retry", "ManualIntervention").contains(type)) {
      action.error(
          "type",
          ProblemCode.BAD_VALUE,
          "action \"%s\" (expected: Ignore, MarkAsSuccess, MarkAsFailure, Abort%s)"
              .formatted(type, mayRetry ? " or Retry" : ""));
    }
    action.finish();
    return read;
  }

  /** A CI stage has nothing to roll back: it ends as failed. */
  private static Action rollback(Fields action, String type) {
    action.warn(
        "type",
        ProblemCode.NOT_SUPPORTED,
        "\"%s\" has nothing to roll back in a CI stage, which ends as failed".formatted(type));
    return new Action.MarkAsFailure();
  }

  /** Nobody is there to be asked, so that what happens without an answer happens at once. */
  private static @Nullable Action manual(Fields action, Owner level, boolean mayRetry) {
    Fields spec = action.requiredObject("spec");
    if (!action.has("spec")) {
      return null;
    }
    if (!spec.has("timeout")) {
      spec.missing("timeout");
    }
    var _ = spec.parsed("timeout", ProblemCode.BAD_VALUE, Quantities::duration);
    Fields onTimeout = spec.requiredObject("onTimeout");
    if (!spec.has("onTimeout")) {
      return null;
    }
    Fields instead = onTimeout.requiredObject("action");
    onTimeout.finish();
    spec.finish();
    String type = instead.text("type");
    if (type != null && type.equals("ManualIntervention")) {
      instead.error(
          "type",
          ProblemCode.BAD_VALUE,
          "nobody is asked twice (expected: Ignore, MarkAsSuccess, MarkAsFailure or Abort)");
      return null;
    }
    action.warn(
        "type",
        ProblemCode.NOT_SUPPORTED,
        "nobody is asked here; what onTimeout says happens at once");
    return action(instead, level, mayRetry);
  }

  private static @Nullable Action retry(Fields spec, Owner level) {
    Long count = spec.integer("retryCount");
    if (count == null || count < 1 || count > FlowShapes.MOST_RETRIES) {
      if (count == null && !spec.has("retryCount")) {
        spec.missing("retryCount");
      } else if (count != null) {
        spec.error(
            "retryCount",
            ProblemCode.BAD_VALUE,
            "%d (expected: 1 to %d)".formatted(count, FlowShapes.MOST_RETRIES));
      }
      return null;
    }
    List<Duration> intervals = new ArrayList<>();
    for (String text : spec.texts("retryIntervals")) {
      try {
        intervals.add(Quantities.duration(text.strip()));
      } catch (IllegalArgumentException e) {
        spec.error("retryIntervals", ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      }
    }
    String condition = spec.template("condition");
    Action then = new Action.MarkAsFailure();
    Fields after = spec.object("onRetryFailure");
    if (after != null) {
      Action written = action(after.requiredObject("action"), level, false);
      then = written == null ? then : written;
      after.finish();
    }
    spec.finish();
    return new Action.Retry(count.intValue(), intervals, condition, then);
  }
}
