package dev.archway.executor.runtime;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StagePlan;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session is opened for.
 *
 * @param checkout what a clone step clones; null when the pipeline has no codebase
 * @param environment variables every step gets
 */
public record StageSpec(
    StageKey key, StagePlan stage, @Nullable Checkout checkout, Map<String, String> environment) {
  public StageSpec {
    environment = Map.copyOf(environment);
  }

  /** The spec that a command asks for. */
  public static StageSpec of(RunStage command) {
    return new StageSpec(command.key(), command.stage(), command.checkout(), command.environment());
  }
}
