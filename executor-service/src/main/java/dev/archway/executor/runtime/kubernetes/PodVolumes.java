package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.plan.Placement;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.List;
import java.util.stream.IntStream;

/** The volumes that a stage asks for. Pure. */
final class PodVolumes {
  private PodVolumes() {}

  static List<Volume> of(Placement placement) {
    return IntStream.range(0, placement.volumes().size())
        .mapToObj(i -> volume(name(i), placement.volumes().get(i)))
        .toList();
  }

  /** Where every step's container has them. */
  static List<VolumeMount> mounts(Placement placement) {
    return IntStream.range(0, placement.volumes().size())
        .mapToObj(i -> mount(name(i), placement.volumes().get(i)))
        .toList();
  }

  private static VolumeMount mount(String name, Placement.Volume volume) {
    boolean readOnly = volume instanceof Placement.Claim claim && claim.readOnly();
    return new VolumeMountBuilder()
        .withName(name)
        .withMountPath(volume.mountPath())
        .withReadOnly(readOnly ? Boolean.TRUE : null)
        .build();
  }

  private static String name(int index) {
    return "volume-" + index;
  }

  private static Volume volume(String name, Placement.Volume volume) {
    VolumeBuilder builder = new VolumeBuilder().withName(name);
    return switch (volume) {
      case Placement.EmptyDir empty ->
          builder
              .withNewEmptyDir()
              .withMedium(empty.medium())
              .withSizeLimit(empty.size() == null ? null : new Quantity(empty.size()))
              .endEmptyDir()
              .build();
      case Placement.HostPath host ->
          builder
              .withNewHostPath()
              .withPath(host.path())
              .withType(host.kind())
              .endHostPath()
              .build();
      case Placement.Claim claim ->
          builder
              .withNewPersistentVolumeClaim()
              .withClaimName(claim.claimName())
              .withReadOnly(claim.readOnly() ? Boolean.TRUE : null)
              .endPersistentVolumeClaim()
              .build();
    };
  }
}
