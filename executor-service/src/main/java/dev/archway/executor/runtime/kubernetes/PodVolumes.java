package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.Placement.Volume;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/** The stage's own volumes in its pod. Pure. */
final class PodVolumes {
  private PodVolumes() {}

  static List<io.fabric8.kubernetes.api.model.Volume> of(Placement placement) {
    List<io.fabric8.kubernetes.api.model.Volume> volumes = new ArrayList<>();
    for (int i = 0; i < placement.volumes().size(); i++) {
      VolumeBuilder volume = new VolumeBuilder().withName(name(i));
      volumes.add(
          switch (placement.volumes().get(i)) {
            case Volume.EmptyDir(_, boolean memory, Long size) ->
                volume
                    .withEmptyDir(
                        new EmptyDirVolumeSourceBuilder()
                            .withMedium(memory ? "Memory" : null)
                            .withSizeLimit(size == null ? null : new Quantity(size.toString()))
                            .build())
                    .build();
            case Volume.HostPath(_, String path, String type) ->
                volume.withNewHostPath(path, type).build();
            case Volume.Claim(_, String claim, boolean readOnly) ->
                volume.withNewPersistentVolumeClaim(claim, readOnly).build();
          });
    }
    return volumes;
  }

  static List<VolumeMount> mounts(Placement placement) {
    List<VolumeMount> mounts = new ArrayList<>();
    for (int i = 0; i < placement.volumes().size(); i++) {
      mounts.add(
          new VolumeMountBuilder()
              .withName(name(i))
              .withMountPath(placement.volumes().get(i).mountPath())
              .build());
    }
    return mounts;
  }

  private static String name(int index) {
    return "volume-" + index;
  }
}
