package dev.archway.executor.runtime.script;

import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Output;
import dev.archway.contract.plan.StepPlan.RestoreCache;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.contract.plan.StepPlan.Transfer;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A step that moves files between the workspace and a bucket, as the container step that it is on
 * every runtime: an image of our own, a script, and the account in its environment. Pure.
 */
public final class TransferStep {
  private static final String FAILURE = "failure";

  /** Their order is that of the files that the script writes: the failure is the second. */
  public static final List<Output> OUTPUTS =
      List.of(new Output(RestoreCache.HIT, RestoreCache.HIT), new Output("failure", "failure"));

  /** The image is pulled without an account. */
  private static final DockerRegistry ANONYMOUS =
      new DockerRegistry("archway", URI.create("https://index.docker.io/v1/"), null, null);

  private TransferStep() {}

  /**
   * The container step without what it does: what a runtime needs before the step starts.
   *
   * @param image what holds the tools
   */
  public static Run container(Transfer step, String image) {
    return new Run(
        step.id(),
        step.name(),
        step.timeout(),
        image,
        ANONYMOUS,
        null,
        StepPlan.Shell.SH,
        Map.of(),
        step.resources(),
        null,
        false,
        step.runAsUser(),
        OUTPUTS,
        List.of(),
        List.of(),
        false);
  }

  /**
   * Of the stage's variables those that keys are made of. Any other could turn the tools, and with
   * them the account, to somewhere else: {@code LD_PRELOAD}, {@code RCLONE_…}, {@code PATH}.
   */
  public static Map<String, String> variables(Map<String, String> stage) {
    Map<String, String> kept = new HashMap<>(stage);
    kept.keySet().retainAll(TransferScript.VARIABLES);
    return kept;
  }

  /**
   * The same, complete.
   *
   * @param prefix what the paths of its outputs begin with
   * @param secrets gives a secret's value
   */
  public static Run run(
      Transfer step,
      String image,
      Platform platform,
      String prefix,
      Function<SecretRef, String> secrets) {
    Map<String, String> environment = new HashMap<>(TransferScript.environment());
    environment.putAll(StoreAccount.environment(step.store(), secrets));
    return container(step, image)
        .with(image, TransferScript.script(step, platform, prefix), environment);
  }

  /** The container's result in the step's own words. */
  public static StepResult result(StepResult container) {
    return switch (container) {
      case StepResult.NotStarted(StartFailure why, String detail) when why == StartFailure.IMAGE ->
          new StepResult.NotStarted(
              why,
              detail
                  + "; make it with deploy/images/transfer, and name it in archway.executor.transfer-image");
      case StepResult.Exited(int code, Map<String, String> outputs) when code != 0 ->
          new StepResult.Failed(
              FailureReason.TRANSFER_FAILED,
              outputs.getOrDefault(
                  FAILURE, "the transfer ended with exit code %d; see the log".formatted(code)),
              code);
      default -> container;
    };
  }
}
