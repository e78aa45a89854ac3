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
  private FlowReader() {}

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

  static List<FailureStrategy> strategies(Fields owner, Findings findings) {
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
      Action action = action(onFailure.requiredObject("action"), true);
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

  private static @Nullable Action action(Fields action, boolean mayRetry) {
    String type = action.text("type");
    if (type == null) {
      if (!action.blank()) {
        action.missing("type");
      }
      return null;
    }
    Action read =
        switch (type) {
          case "Ignore" -> new Action.Ignore();
          case "MarkAsSuccess" -> new Action.MarkAsSuccess();
          // A CI stage has nothing to roll back: it ends as failed.
          case "MarkAsFailure", "StageRollback" -> new Action.MarkAsFailure();
          case "Abort" -> new Action.Abort();
          case "Retry" -> mayRetry ? retry(action.requiredObject("spec")) : null;
          default -> null;
        };
    if (type.equals("Retry") ? !mayRetry : read == null) {
      boolean known =
          Set.of(
                  "Retry",
                  "ManualIntervention",
                  "RetryStepGroup",
                  "StepGroupRollback",
                  "PipelineRollback",
                  "ProceedWithDefaultValues")
              .contains(type);
      action.error(
          "type",
          known ? ProblemCode.NOT_SUPPORTED : ProblemCode.BAD_VALUE,
          "action \"%s\"%s (expected: Ignore, MarkAsSuccess, MarkAsFailure, Abort%s)"
              .formatted(type, known ? " is not run here" : "", mayRetry ? " or Retry" : ""));
    }
    action.finish();
    return read;
  }

  private static @Nullable Action retry(Fields spec) {
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
      Action written = action(after.requiredObject("action"), false);
      then = written == null ? then : written;
      after.finish();
    }
    spec.finish();
    return new Action.Retry(count.intValue(), intervals, condition, then);
  }
}
