package dev.archway.planner.machine;

import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.StagePlan;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import dev.archway.planner.machine.ExecutionState.StageState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fills in the tags of an index when its parts are there, as the steps that pushed them did. All
 * runs it waits for must agree on its own tags. Pure.
 */
final class IndexTags {
  private final Request request;
  private final Map<String, StageState> stages;

  IndexTags(Request request, Map<String, StageState> stages) {
    this.request = request;
    this.stages = stages;
  }

  /** The same index with its tags as they are pushed. */
  IndexPlan filled(IndexPlan plan) throws ExpressionException {
    List<StagePlan> runs =
        request.plan().stages().stream().filter(run -> plan.after().contains(run.id())).toList();
    // What a step writes is read where the step stands.
    ExecutionPlan.Publisher by = request.plan().publishers().get(plan.id());
    List<StagePlan> readers = by == null ? runs : List.of(by.stage());
    List<String> tags = new ArrayList<>();
    for (String tag : plan.tags()) {
      tags.add(one(tag, readers));
    }
    List<IndexPlan.Part> parts = new ArrayList<>();
    for (IndexPlan.Part part : plan.parts()) {
      List<StagePlan> pushers =
          runs.stream()
              .filter(run -> part.platform() == null || run.platform().equals(part.platform()))
              .toList();
      parts.add(
          new IndexPlan.Part(
              one(part.tag(), pushers.isEmpty() ? readers : pushers), part.platform()));
    }
    return new IndexPlan(
        plan.id(),
        plan.registry(),
        plan.repository(),
        tags,
        parts,
        plan.after(),
        plan.allowPartial());
  }

  private String one(String tag, List<StagePlan> runs) throws ExpressionException {
    if (!Template.hasExpression(tag)) {
      return tag;
    }
    Set<String> filled = new LinkedHashSet<>();
    for (StagePlan run : runs) {
      filled.add(Template.parse(tag).fill(new RunScope(request, stages, run)));
    }
    if (filled.size() != 1) {
      throw new ExpressionException(
          "tag \"%s\" is %s in the stages that it waits for (expected: the same in all)"
              .formatted(tag, filled));
    }
    String only = filled.iterator().next();
    if (!Repository.TAG.matcher(only).matches()) {
      throw new ExpressionException(
          "tag \"%s\", made from \"%s\" (expected: up to 128 letters, digits, ., _ and -, not starting with . or -)"
              .formatted(only, tag));
    }
    return only;
  }
}
