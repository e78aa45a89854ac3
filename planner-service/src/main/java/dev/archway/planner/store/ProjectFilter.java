package dev.archway.planner.store;

import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.web.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about: all, an organisation, or a project. The gateway fills it in for callers
 * whose role counts there alone.
 *
 * @param org null for all
 * @param project null for all
 */
public record ProjectFilter(@Nullable String org, @Nullable String project) {
  /** Everything. */
  public static final ProjectFilter ALL = new ProjectFilter(null, null);

  /**
   * Checks that a pipeline belongs here.
   *
   * @throws ProblemException when it is another project's
   */
  public void require(ExecutionPlan plan) {
    if ((org != null && !org.equals(plan.org()))
        || (project != null && !project.equals(plan.project()))) {
      throw new ProblemException(
          403,
          "Forbidden",
          "the pipeline belongs to project %s of organisation %s (expected: %s of %s); change its orgIdentifier and projectIdentifier, or ask for a role there"
              .formatted(
                  plan.project(),
                  plan.org(),
                  project == null ? "any project" : "project " + project,
                  org == null ? "any organisation" : "organisation " + org));
    }
  }
}
