package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.Resources;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a transfer is in a pod: the container that is planned, and what is brought to its gate. */
class TransferInPodTest {
  private static final String SECRET = "the account's secret";

  private final StepPlan.InRuntime step =
      new StepPlan.SaveCache(
          "save",
          "save",
          Samples.MINUTE,
          new ObjectStore.S3(
              new Connector.Aws("aws", "AKIATEST", SecretRef.of("account.aws"), null, null),
              "caches",
              "eu-west-1",
              null,
              false),
          CacheKey.parse("deps"),
          List.of("deps"),
          ArchiveFormat.ZSTD,
          false,
          new Resources(500_000_000L, 250L),
          1000L);
  private final StageSpec spec =
      StageSpec.of(
          Samples.stage(Samples.key(), Platform.LINUX_ARM64, Samples.placement(), null, step));
  private final KubernetesSettings settings =
      new KubernetesSettings(
          "agent:1",
          "builder:1",
          "registry.example/transfer:1",
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          List.of(),
          List.of(),
          null,
          "-----BEGIN CERTIFICATE-----");

  @Test
  void itsContainerHasItsImageLimitsAndUserAndNothingOfTheAccount() {
    var pod = new PodTemplate(spec, settings).pod("default", null);
    Container container = pod.getSpec().getContainers().getLast();
    assertThat(container.getImage()).isEqualTo("registry.example/transfer:1");
    assertThat(container.getSecurityContext().getRunAsUser()).isEqualTo(1000L);
    assertThat(container.getSecurityContext().getPrivileged()).isNull();
    assertThat(container.getResources().getLimits())
        .containsEntry("cpu", new Quantity("250m"))
        .containsEntry("memory", new Quantity("500000000"));
    assertThat(Serialization.asYaml(pod)).doesNotContain(SECRET, "AKIATEST", "rclone");
  }

  /** What an author may set must not lead the account elsewhere. */
  @Test
  void theStagesVariablesDoNotReachTheToolsThatHoldTheAccount() throws Exception {
    Map<String, String> hostile =
        Map.of(
            "LD_PRELOAD", "/harness/evil.so",
            "PATH", "/harness",
            "BASH_ENV", "/harness/evil",
            "RCLONE_CONFIG_STORE_ENDPOINT", "https://evil.example",
            "DRONE_COMMIT_BRANCH", "main");
    try (EntryPoints entryPoints = new EntryPoints(settings)) {
      StageSpec with = new StageSpec(spec.key(), spec.stage(), spec.checkout(), hostile, null);
      String variables =
          new StepFiles(with, settings, _ -> SECRET, entryPoints)
              .of(step, "save").stream()
                  .filter(file -> file.path().endsWith("/env"))
                  .map(StepFiles.PodFile::content)
                  .collect(Collectors.joining());
      assertThat(variables).contains("DRONE_COMMIT_BRANCH=main").doesNotContain("evil", "PATH=/h");
    }
  }

  @Test
  void theAccountComesInItsVariablesAlone() throws Exception {
    try (EntryPoints entryPoints = new EntryPoints(settings)) {
      Map<String, String> files =
          new StepFiles(spec, settings, _ -> SECRET, entryPoints)
              .of(step, "save").stream()
                  .collect(Collectors.toMap(StepFiles.PodFile::path, StepFiles.PodFile::content));
      assertThat(files.keySet())
          .containsExactlyInAnyOrder(
              "/archway/steps/save/script.sh",
              "/archway/steps/save/env",
              "/archway/steps/save/argv",
              "/archway/steps/save/authorities.pem");
      Function<String, String> file = name -> files.getOrDefault("/archway/steps/save/" + name, "");
      assertThat(file.apply("env").split("\0", -1))
          .contains(
              "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=" + SECRET,
              "RCLONE_CONFIG_STORE_REGION=eu-west-1",
              "SSL_CERT_FILE=/archway/steps/save/authorities.pem");
      assertThat(file.apply("script.sh"))
          .contains("out='/archway/steps/save/output.'", "object=$key-linux-arm64")
          .doesNotContain(SECRET);
      assertThat(file.apply("argv")).isEqualTo("sh\0-e\0/archway/steps/save/script.sh\0");
    }
  }
}
