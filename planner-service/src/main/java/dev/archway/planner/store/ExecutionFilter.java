package dev.archway.planner.store;

import dev.archway.contract.status.Status;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which executions a list shows; null where all do.
 *
 * @param pipeline the pipeline's identifier
 * @param branch the branch that is built, without {@code refs/heads/}
 * @param trigger the identifier of the trigger that started it
 * @param before only those made earlier
 */
public record ExecutionFilter(
    @Nullable Status status,
    @Nullable String pipeline,
    @Nullable String branch,
    @Nullable String trigger,
    @Nullable Instant before,
    ProjectFilter within) {
  /** Everything. */
  public static final ExecutionFilter ALL = within(ProjectFilter.ALL);

  /** Those of a project or organisation. */
  public static ExecutionFilter within(ProjectFilter projects) {
    return new ExecutionFilter(null, null, null, null, null, projects);
  }
}
