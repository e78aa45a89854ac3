package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline compiled for one run: inputs filled in, stages expanded into runs, connectors looked
 * up. Nothing in it needs the YAML any more.
 *
 * @param org the organisation's identifier
 * @param project the project's identifier
 * @param pipeline the pipeline's identifier
 * @param name the pipeline's name for people
 * @param codebase what stages clone; null when no stage does
 * @param stages the stage runs in list order; ids are unique, and {@code after} names only earlier
 *     nodes
 * @param indexes the image indexes to publish
 * @param timeout how long the whole execution may take from its submission; null for no limit
 * @param notifications whom it tells of itself
 */
public record ExecutionPlan(
    String org,
    String project,
    String pipeline,
    String name,
    @Nullable CodebasePlan codebase,
    List<StagePlan> stages,
    List<IndexPlan> indexes,
    @Nullable Duration timeout,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Notification> notifications) {
  public ExecutionPlan {
    notifications = List.copyOf(notifications);
    stages = List.copyOf(stages);
    indexes = List.copyOf(indexes);
  }

  /** A plan that tells nobody. */
  public ExecutionPlan(
      String org,
      String project,
      String pipeline,
      String name,
      @Nullable CodebasePlan codebase,
      List<StagePlan> stages,
      List<IndexPlan> indexes,
      @Nullable Duration timeout) {
    this(org, project, pipeline, name, codebase, stages, indexes, timeout, List.of());
  }

  /** A plan without a time limit of its own. */
  public ExecutionPlan(
      String org,
      String project,
      String pipeline,
      String name,
      @Nullable CodebasePlan codebase,
      List<StagePlan> stages,
      List<IndexPlan> indexes) {
    this(org, project, pipeline, name, codebase, stages, indexes, null);
  }

  /** The same with these stage runs. */
  public ExecutionPlan withStages(List<StagePlan> runs) {
    return new ExecutionPlan(
        org, project, pipeline, name, codebase, runs, indexes, timeout, notifications);
  }

  /**
   * The steps that ask for indexes, by index; the others are published once their parts are there.
   */
  public Map<String, Publisher> publishers() {
    Map<String, Publisher> publishers = new HashMap<>();
    for (StagePlan stage : stages) {
      for (StepPlan step : stage.steps()) {
        if (step instanceof StepPlan.PublishIndex publish) {
          publishers.put(publish.index(), new Publisher(stage, publish));
        }
      }
    }
    return publishers;
  }

  /** A step that asks for an index, and the stage run that it belongs to. */
  public record Publisher(StagePlan stage, StepPlan.PublishIndex step) {}

  /** The pipeline's whole name: organisation/project/pipeline. */
  public String path() {
    return org + "/" + project + "/" + pipeline;
  }
}
