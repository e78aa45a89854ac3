package dev.archway.executor.stage;

import dev.archway.contract.command.StageCommand.RunStage;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Resources;
import dev.archway.contract.plan.When;
import dev.archway.executor.Samples;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Steps that move files, each under the id of what it does. */
final class TransferSamples {
  private TransferSamples() {}

  static StepPlan.SaveCache save(
      ObjectStore store, String key, ArchiveFormat format, boolean override, String... paths) {
    return new StepPlan.SaveCache(
        "save",
        "save",
        Samples.MINUTE,
        store,
        CacheKey.parse(key),
        Arrays.asList(paths),
        format,
        override,
        Resources.UNLIMITED,
        null);
  }

  static StepPlan.RestoreCache restore(ObjectStore store, String key, boolean strict) {
    return new StepPlan.RestoreCache(
        "restore",
        "restore",
        Samples.MINUTE,
        store,
        CacheKey.parse(key),
        strict,
        Resources.UNLIMITED,
        null);
  }

  static StepPlan.Upload upload(ObjectStore store, String source, String target, String strip) {
    return new StepPlan.Upload(
        "upload",
        "upload",
        Samples.MINUTE,
        store,
        source,
        target,
        strip,
        Resources.UNLIMITED,
        null);
  }

  /** A stage of the branch feature/x. */
  static RunStage stage(Placement placement, List<FailureStrategy> onFailure, StepPlan... steps) {
    var key = Samples.key();
    return new RunStage(
        key,
        new StagePlan(
            key.stage(),
            key.stage(),
            key.stage(),
            List.of(),
            Platform.LINUX_AMD64,
            placement,
            List.of(steps),
            Duration.ofMinutes(5),
            When.SUCCESS,
            List.of(),
            onFailure,
            Map.of(),
            Set.of(),
            null),
        null,
        Map.of("DRONE_COMMIT_BRANCH", "feature/x", "DRONE_BUILD_NUMBER", "7"));
  }
}
