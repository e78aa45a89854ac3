package dev.archway.executor.runtime;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session is opened for.
 *
 * @param checkout what a clone step clones; null when the pipeline has no codebase
 * @param environment variables every step gets
 * @param nonce what others do not know and names of this stage's own are made with; null for none
 */
public record StageSpec(
    StageKey key,
    StagePlan stage,
    @Nullable Checkout checkout,
    Map<String, String> environment,
    @Nullable String nonce) {
  public StageSpec {
    environment = Map.copyOf(environment);
  }

  /** What the step clones; null when that is the codebase and the pipeline has none. */
  public @Nullable Checkout checkout(StepPlan.Clone step) {
    return step.source() == null ? checkout : step.source().checkout();
  }

  /** The commit that the workspace itself is cloned at; null when it is not cloned. */
  public @Nullable String commit() {
    boolean cloned =
        stage.steps().stream()
            .anyMatch(step -> step instanceof StepPlan.Clone clone && clone.source() == null);
    return cloned && checkout != null ? checkout.commit() : null;
  }

  /** The spec that a command asks for. */
  public static StageSpec of(RunStage command) {
    return new StageSpec(
        command.key(), command.stage(), command.checkout(), command.environment(), command.nonce());
  }
}
