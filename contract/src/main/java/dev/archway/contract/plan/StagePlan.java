package dev.archway.contract.plan;

import dev.archway.contract.image.Platform;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One run of one stage, on one platform.
 *
 * @param id unique in the plan; see {@link dev.archway.contract.id.StageKey#stage()}
 * @param identifier the stage's identifier as written, shared by all runs of a fanned-out stage
 * @param name the stage's name for people
 * @param after ids of the stage runs and indexes that must have ended well before this run may
 *     start
 * @param platform selects the topic, and so the executors
 * @param placement where and how its containers run
 * @param steps in order; at least one
 * @param timeout limit for the whole run
 * @param when when it runs, once everything in {@code after} has ended
 * @param flow the order and the conditions of the steps; names each step once; empty for one after
 *     the other
 * @param onFailure for steps whose own strategies and group's do not name their failure
 * @param values what expressions left in the plan may read, by path; known when it was compiled
 * @param needs paths that such expressions read and that are known when the stage is dispatched
 * @param limit how many runs of its kind run at once; null for no limit
 */
public record StagePlan(
    String id,
    String identifier,
    String name,
    List<String> after,
    Platform platform,
    Placement placement,
    List<StepPlan> steps,
    Duration timeout,
    When when,
    List<Flow> flow,
    List<FailureStrategy> onFailure,
    Map<String, String> values,
    Set<String> needs,
    @Nullable Limit limit) {
  public StagePlan {
    after = List.copyOf(after);
    steps = List.copyOf(steps);
    // Plans stored before there were conditions have neither.
    when = Objects.requireNonNullElse(when, When.SUCCESS);
    flow = flow.isEmpty() ? Flow.inOrder(steps) : List.copyOf(flow);
    onFailure = List.copyOf(onFailure);
    values = Map.copyOf(values);
    needs = Collections.unmodifiableSet(new TreeSet<>(needs));
    if (steps.isEmpty()) {
      throw new IllegalArgumentException(
          "stage %s: no steps (expected: at least one)".formatted(id));
    }
  }

  /** A run whose steps follow each other. */
  public StagePlan(
      String id,
      String identifier,
      String name,
      List<String> after,
      Platform platform,
      Placement placement,
      List<StepPlan> steps,
      Duration timeout) {
    this(
        id,
        identifier,
        name,
        after,
        platform,
        placement,
        steps,
        timeout,
        When.SUCCESS,
        Flow.inOrder(steps),
        List.of(),
        Map.of(),
        Set.of(),
        null);
  }

  /** The same with these steps, which have the same ids. */
  public StagePlan withSteps(List<StepPlan> other) {
    return new StagePlan(
        id,
        identifier,
        name,
        after,
        platform,
        placement,
        other,
        timeout,
        when,
        flow,
        onFailure,
        values,
        needs,
        limit);
  }

  /** How many runs of one group run at once ({@code maxConcurrency}). */
  public record Limit(String group, int most) {}
}
