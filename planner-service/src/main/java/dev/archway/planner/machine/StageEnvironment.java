package dev.archway.planner.machine;

import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.StagePlan;
import java.util.Map;
import java.util.TreeMap;

/**
 * The variables every step gets (Harness page "CI environment variables"), as far as they are known
 * before the stage starts.
 */
final class StageEnvironment {
  private StageEnvironment() {}

  static Map<String, String> of(Request request, StagePlan stage) {
    ExecutionPlan plan = request.plan();
    Map<String, String> variables = new TreeMap<>();
    variables.put("CI", "true");
    variables.put("DRONE", "true");
    variables.put("HARNESS_WORKSPACE", "/harness");
    variables.put("DRONE_WORKSPACE", "/harness");
    variables.put("HARNESS_ORG_ID", plan.org());
    variables.put("HARNESS_PROJECT_ID", plan.project());
    variables.put("HARNESS_PIPELINE_ID", plan.pipeline());
    variables.put("HARNESS_STAGE_ID", stage.identifier());
    variables.put("HARNESS_EXECUTION_ID", request.id().value());
    variables.put("HARNESS_BUILD_ID", Long.toString(request.sequence()));
    variables.put("DRONE_BUILD_NUMBER", Long.toString(request.sequence()));
    variables.put("DRONE_STAGE_NAME", stage.name());
    variables.put("DRONE_STAGE_OS", stage.platform().os());
    variables.put("DRONE_STAGE_ARCH", stage.platform().architecture());
    Checkout checkout = request.checkout();
    if (checkout != null) {
      variables.put("DRONE_COMMIT", checkout.commit());
      variables.put("DRONE_COMMIT_SHA", checkout.commit());
      variables.put("DRONE_COMMIT_REF", checkout.refName());
      variables.put("DRONE_GIT_HTTP_URL", checkout.url());
      variables.put("DRONE_REMOTE_URL", checkout.url());
      if (checkout.refName().startsWith("refs/heads/")) {
        String branch = checkout.refName().substring("refs/heads/".length());
        variables.put("DRONE_BRANCH", branch);
        variables.put("DRONE_COMMIT_BRANCH", branch);
      } else if (checkout.refName().startsWith("refs/tags/")) {
        variables.put("DRONE_TAG", checkout.refName().substring("refs/tags/".length()));
      }
    }
    return variables;
  }
}
