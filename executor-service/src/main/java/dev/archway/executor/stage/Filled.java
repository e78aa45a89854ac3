package dev.archway.executor.stage;

import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.Workspace;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fills in the expressions that a plan left to the run. Pure. */
final class Filled {
  private Filled() {}

  /**
   * The stage with the images filled in: what a runtime needs before the first step. Nothing else
   * is touched, since the rest may read outputs.
   */
  static StagePlan images(StagePlan stage, StageScope scope) throws ExpressionException {
    List<StepPlan> steps = new ArrayList<>();
    for (StepPlan step : stage.steps()) {
      steps.add(
          step instanceof StepPlan.Run run && Template.hasExpression(run.image())
              ? run.with(fill(run.image(), scope.at(run.id())), run.command(), run.environment())
              : step);
    }
    return new StagePlan(
        stage.id(),
        stage.identifier(),
        stage.name(),
        stage.after(),
        stage.platform(),
        stage.placement(),
        steps,
        stage.timeout(),
        stage.when(),
        stage.flow(),
        stage.onFailure(),
        stage.values(),
        stage.needs(),
        stage.limit());
  }

  /** The step with everything filled in but its image, which {@link #images} has filled in. */
  static StepPlan step(StepPlan step, Scope scope) throws ExpressionException {
    return switch (step) {
      case StepPlan.Clone clone -> clone;
      case StepPlan.PublishIndex publish -> publish;
      case StepPlan.Run run when Template.hasExpression(run.image()) ->
          throw new ExpressionException(
              "image \"%s\" (expected: an image reference that is known when the stage starts)"
                  .formatted(run.image()));
      case StepPlan.Run run ->
          run.with(
                  run.image(),
                  run.command() == null ? null : fill(run.command(), scope),
                  fill(run.environment(), scope))
              .with(fill(run.reports(), scope), fill(run.entrypoint(), scope));
      case StepPlan.BuildAndPush push -> {
        List<String> tags = new ArrayList<>();
        for (String tag : push.tags()) {
          String filled = fill(tag, scope);
          if (!Repository.TAG.matcher(filled).matches()) {
            throw new ExpressionException(
                "tag \"%s\", made from \"%s\" (expected: up to 128 letters, digits, ., _ and -, not starting with . or -)"
                    .formatted(filled, tag));
          }
          tags.add(filled);
        }
        yield push.with(
            tags,
            fill(push.buildArguments(), scope),
            fill(push.labels(), scope),
            fill(push.secrets(), scope));
      }
      case StepPlan.SaveCache save -> {
        List<String> paths = new ArrayList<>();
        for (String path : save.paths()) {
          paths.add(inside(path, scope));
        }
        yield save.with(fill(save.key(), scope), paths);
      }
      case StepPlan.RestoreCache restore -> restore.with(fill(restore.key(), scope));
      case StepPlan.Upload upload ->
          upload.with(
              inside(upload.source(), scope),
              fill(upload.target(), scope),
              upload.stripPrefix().isEmpty() ? "" : inside(upload.stripPrefix(), scope));
    };
  }

  /** True when nothing of the step is left to be filled in, so that it is known before its turn. */
  static boolean isWhole(StepPlan.Run run) {
    return !Template.hasExpression(run.image())
        && (run.command() == null || !Template.hasExpression(run.command()))
        && run.environment().values().stream().noneMatch(Template::hasExpression);
  }

  /** Macros stay what they were written as: a filled-in text is never one. */
  private static CacheKey fill(CacheKey key, Scope scope) throws ExpressionException {
    List<CacheKey.Part> parts = new ArrayList<>();
    for (CacheKey.Part part : key.parts()) {
      parts.add(
          switch (part) {
            case CacheKey.Text(String text) -> new CacheKey.Text(fill(text, scope));
            case CacheKey.Checksum(String file) -> new CacheKey.Checksum(inside(file, scope));
            case CacheKey.Fact fact -> fact;
          });
    }
    return new CacheKey(parts);
  }

  private static String inside(String path, Scope scope) throws ExpressionException {
    String filled = fill(path, scope);
    return Workspace.inside(filled)
        .orElseThrow(() ->
            new ExpressionException(
                "path \"%s\", made from \"%s\" (expected: one inside the workspace /harness)"
                    .formatted(filled, path)));
  }

  private static Map<String, String> fill(Map<String, String> texts, Scope scope)
      throws ExpressionException {
    Map<String, String> filled = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : texts.entrySet()) {
      filled.put(entry.getKey(), fill(entry.getValue(), scope));
    }
    return filled;
  }

  private static List<String> fill(List<String> texts, Scope scope) throws ExpressionException {
    List<String> filled = new ArrayList<>();
    for (String text : texts) {
      filled.add(fill(text, scope));
    }
    return filled;
  }

  private static String fill(String text, Scope scope) throws ExpressionException {
    return Template.hasExpression(text) ? Template.parse(text).fill(scope) : text;
  }
}
