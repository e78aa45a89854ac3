package dev.archway.planner.machine;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.image.Repository;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.IndexPlan;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans and reports for tests, in the shape of the two-stage pipeline that builds one image per
 * architecture.
 */
public final class SamplePlans {
  public static final ExecutionId ID = ExecutionId.of("e00000000001");
  public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  public static final Repository REPOSITORY = Repository.parse("registry.example/demo");
  static final Connector.DockerRegistry REGISTRY =
      new Connector.DockerRegistry("docker", URI.create("https://registry.example"), null, null);

  private SamplePlans() {}

  public static Request twoStages(boolean allowPartial, String... secondAfter) {
    return new Request(
        ID,
        NOW,
        "pipeline: {}",
        new ExecutionPlan(
            "default",
            "default",
            "demo",
            "Demo",
            null,
            List.of(
                stage("amd", Platform.LINUX_AMD64, List.of()),
                stage("arm", Platform.LINUX_ARM64, List.of(secondAfter))),
            List.of(
                new IndexPlan(
                    "index_1",
                    REGISTRY,
                    REPOSITORY,
                    List.of("1.0"),
                    List.of(
                        new IndexPlan.Part("1.0-amd", null), new IndexPlan.Part("1.0-arm", null)),
                    List.of("amd", "arm"),
                    allowPartial))),
        null,
        List.of());
  }

  /** The same, asked for once more. */
  public static Request withId(ExecutionId id, Request request) {
    return new Request(
        id,
        request.createdAt(),
        request.yaml(),
        request.plan(),
        request.checkout(),
        request.warnings());
  }

  /** The same of another pipeline. */
  public static Request of(String pipeline, Request request) {
    return with(pipeline, request.plan().timeout(), request);
  }

  /** The same with a time limit. */
  public static Request limited(Duration timeout, Request request) {
    return with(request.plan().pipeline(), timeout, request);
  }

  private static Request with(String pipeline, @Nullable Duration timeout, Request request) {
    ExecutionPlan plan = request.plan();
    return new Request(
        request.id(),
        request.createdAt(),
        request.yaml(),
        new ExecutionPlan(
            plan.org(),
            plan.project(),
            pipeline,
            plan.name(),
            plan.codebase(),
            plan.stages(),
            plan.indexes(),
            timeout),
        request.checkout(),
        request.warnings());
  }

  static StagePlan stage(String id, Platform platform, List<String> after) {
    Placement placement =
        new Placement(
            new Connector.LocalPodman("local", List.of()),
            null,
            null,
            null,
            null,
            null,
            Map.of(),
            List.of(),
            Map.of(),
            Map.of(),
            null);
    StepPlan push =
        new StepPlan.BuildAndPush(
            "push",
            "Push",
            Duration.ofHours(1),
            REGISTRY,
            REPOSITORY,
            List.of("1.0-" + id),
            ".",
            "Dockerfile",
            null,
            Map.of(),
            Map.of(),
            StepPlan.Resources.UNLIMITED);
    return new StagePlan(
        id, id, id, after, platform, placement, List.of(push), Duration.ofHours(1));
  }

  static StageKey key(String stage, int attempt) {
    return new StageKey(ID, stage, attempt);
  }

  static PushedImage image(String stage) {
    return new PushedImage(
        REPOSITORY,
        List.of("1.0-" + stage),
        Digest.sha256(stage.getBytes(StandardCharsets.UTF_8)),
        stage.equals("arm") ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
        false,
        null);
  }
}
