package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.Placement.Volume;
import dev.archway.executor.Samples;
import dev.archway.executor.runtime.StageSpec;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PodVolumesTest {
  private static final KubernetesSettings SETTINGS =
      new KubernetesSettings(
          "agent",
          "builder",
          "transfer",
          Duration.ofMinutes(8),
          Duration.ofHours(1),
          List.of(),
          List.of(),
          null,
          null);

  private static Pod pod() {
    var command =
        Samples.stage(
            Samples.key(),
            dev.archway.contract.image.Platform.LINUX_AMD64,
            Samples.placement()
                .with(
                    List.of(
                        new Volume.EmptyDir("/cache", false, null),
                        new Volume.EmptyDir("/dev/shm", true, 1024L),
                        new Volume.HostPath("/m2", "/srv/m2", "Directory"),
                        new Volume.Claim("/sdk", "sdk", true))),
            null,
            Samples.run("one", "true"),
            Samples.build("push", "registry:5000", "Dockerfile"));
    return new PodTemplate(StageSpec.of(command), SETTINGS).pod("somewhere", null);
  }

  @Test
  void volumesAreThePodsOfTheirTypes() {
    var volumes = pod().getSpec().getVolumes();
    assertThat(volumes).filteredOn(volume -> volume.getName().startsWith("volume-")).hasSize(4);
    assertThat(volumes)
        .anySatisfy(volume -> {
          assertThat(volume.getName()).isEqualTo("volume-1");
          assertThat(volume.getEmptyDir().getMedium()).isEqualTo("Memory");
          assertThat(volume.getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("1024"));
        })
        .anySatisfy(volume -> {
          assertThat(volume.getName()).isEqualTo("volume-2");
          assertThat(volume.getHostPath().getPath()).isEqualTo("/srv/m2");
          assertThat(volume.getHostPath().getType()).isEqualTo("Directory");
        })
        .anySatisfy(volume -> {
          assertThat(volume.getName()).isEqualTo("volume-3");
          assertThat(volume.getPersistentVolumeClaim().getClaimName()).isEqualTo("sdk");
          assertThat(volume.getPersistentVolumeClaim().getReadOnly()).isTrue();
        });
  }

  @Test
  void stepsOfTheUsersMountThemAndTheExecutorsOwnDoNot() {
    for (Container container : pod().getSpec().getContainers()) {
      List<String> own =
          container.getVolumeMounts().stream()
              .filter(mount -> mount.getName().startsWith("volume-"))
              .map(VolumeMount::getMountPath)
              .toList();
      if (container.getName().equals("s0-one")) {
        assertThat(own).containsExactly("/cache", "/dev/shm", "/m2", "/sdk");
      } else {
        assertThat(own).isEmpty();
      }
    }
  }
}
