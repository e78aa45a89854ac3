package dev.archway.contract.plan;

import dev.archway.contract.image.Platform;
import java.time.Duration;
import java.util.List;

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
 */
public record StagePlan(
    String id,
    String identifier,
    String name,
    List<String> after,
    Platform platform,
    Placement placement,
    List<StepPlan> steps,
    Duration timeout) {
  public StagePlan {
    after = List.copyOf(after);
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException(
          "stage %s: no steps (expected: at least one)".formatted(id));
    }
  }
}
