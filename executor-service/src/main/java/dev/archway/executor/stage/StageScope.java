package dev.archway.executor.stage;

import dev.archway.contract.event.StageEvent.StepFinished;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.status.Status;
import dev.archway.expression.Scope;
import dev.archway.expression.Secrets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What expressions read while a stage runs: what the plan and the dispatch gave, and the steps that
 * have ended. What is not there is nothing, as in Harness. Thread-safe.
 */
final class StageScope implements Scope {
  private final String stage;
  private final Map<String, String> values;
  private final Secrets secrets;
  private final Map<String, StepFinished> steps = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> outputs = new ConcurrentHashMap<>();

  /**
   * @param given told at the dispatch
   */
  StageScope(StagePlan stage, Map<String, String> given, Secrets secrets) {
    this.secrets = secrets;
    this.stage = stage.identifier();
    this.values = new ConcurrentHashMap<>(stage.values());
    this.values.putAll(given);
  }

  /**
   * A step has ended.
   *
   * @param secret its outputs that are told to nobody else
   */
  void ended(StepFinished step, Map<String, String> secret) {
    Map<String, String> all = new HashMap<>(step.outputs());
    all.putAll(secret);
    outputs.put(step.step(), all);
    steps.put(step.step(), step);
  }

  /** The same, seen from a step or group, which may have values of its own. */
  Scope at(String id) {
    return path -> {
      String own = values.get(id + "/" + String.join(".", path));
      return own == null ? find(path) : new Found.Known(own);
    };
  }

  /** The same, seen from a step that has ended so. */
  Scope after(StepFinished tried) {
    Scope at = at(tried.step());
    return path ->
        path.equals(List.of("step", "exitCode"))
            ? new Found.Known(tried.exitCode())
            : at.find(path);
  }

  @Override
  public Found find(List<String> path) {
    String joined = String.join(".", path);
    String value = values.get(joined);
    if (value != null) {
      return new Found.Known(value);
    }
    if (path.equals(StageSecrets.PATH)) {
      return new Found.Known(secrets);
    }
    int at = path.lastIndexOf("steps");
    int named = path.indexOf("stages");
    boolean own = at >= 0 && (named < 0 || named > 1 || path.get(named + 1).equals(stage));
    if (own && path.size() > at + 2) {
      StepFinished step = steps.get(path.get(at + 1));
      return new Found.Known(step == null ? null : value(step, path.subList(at + 2, path.size())));
    }
    return new Found.Known(null);
  }

  private @Nullable Object value(StepFinished step, List<String> path) {
    return switch (String.join(".", path.subList(0, Math.min(2, path.size())))) {
      case "status" -> word(step.status());
      case "retryCount" -> step.retries();
      case "output.outputVariables" ->
          path.size() == 2
              ? outputs.get(step.step())
              : outputs
                  .getOrDefault(step.step(), Map.of())
                  .get(String.join(".", path.subList(2, path.size())));
      default -> null;
    };
  }

  /** Harness's word for a status in an expression. */
  static String word(Status status) {
    return status == Status.SUCCESS ? "SUCCEEDED" : status.name();
  }
}
