package dev.archway.executor;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.secret.SecretSource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Valid work orders for tests. */
public final class Samples {
  public static final Duration MINUTE = Duration.ofMinutes(2);

  /** Every secret is there; its value tells its name. */
  public static final SecretSource SECRETS = secret -> "value of " + secret;

  private static final Connector.DockerRegistry HUB =
      new Connector.DockerRegistry("hub", URI.create("https://index.docker.io/v1/"), null, null);

  private Samples() {}

  public static StageKey key() {
    String id = "e" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    return new StageKey(ExecutionId.of(id), "build", 1);
  }

  public static Placement placement() {
    return placement(new Connector.LocalPodman("local", List.of()), "somewhere");
  }

  public static Placement placement(Connector connector, String namespace) {
    return new Placement(
        connector, namespace, null, true, null, null, Map.of(), List.of(), Map.of(), Map.of(),
        null);
  }

  public static RunStage stage(StageKey key, @Nullable Checkout checkout, StepPlan... steps) {
    return stage(key, Platform.LINUX_AMD64, checkout, steps);
  }

  public static RunStage stage(
      StageKey key, Platform platform, @Nullable Checkout checkout, StepPlan... steps) {
    return stage(key, platform, placement(), checkout, steps);
  }

  public static RunStage stage(
      StageKey key,
      Platform platform,
      Placement placement,
      @Nullable Checkout checkout,
      StepPlan... steps) {
    return new RunStage(
        key,
        new StagePlan(
            key.stage(),
            key.stage(),
            key.stage(),
            List.of(),
            platform,
            placement,
            List.of(steps),
            Duration.ofMinutes(5)),
        checkout,
        Map.of("CI", "true", "TEXT", "two\nlines"));
  }

  public static StepPlan.Run run(String id, String command) {
    return run(id, "alpine", command, MINUTE, null);
  }

  public static StepPlan.Run run(
      String id, String image, String command, Duration timeout, @Nullable Long memory) {
    return new StepPlan.Run(
        id,
        id,
        timeout,
        image,
        HUB,
        command,
        StepPlan.Shell.SH,
        Map.of(),
        new StepPlan.Resources(memory, null),
        null,
        false,
        null);
  }

  public static StepPlan.BuildAndPush build(String id, String registry, String dockerfile) {
    return new StepPlan.BuildAndPush(
        id,
        id,
        MINUTE,
        new Connector.DockerRegistry("reg", URI.create("http://" + registry), null, null),
        Repository.parse(registry + "/my-repo/ci-demo"),
        List.of("1.0", "latest"),
        ".",
        dockerfile,
        "dev-env",
        Map.of("foo", "bar"),
        Map.of("a", "b"),
        new StepPlan.Resources(100_000_000L, null));
  }

  public static Checkout checkout(String url, String ref, String commit) {
    return new Checkout(
        new Connector.Git("git", url, false, null, null), url, ref, commit, 1, true);
  }
}
