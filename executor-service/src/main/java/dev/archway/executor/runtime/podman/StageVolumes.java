package dev.archway.executor.runtime.podman;

import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.Placement.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A stage's volumes: empty ones are folders beside its workspace, and go with it. */
final class StageVolumes {
  private static final String FOLDER = "volumes";

  private StageVolumes() {}

  /** Makes the folders; may be asked for again. */
  static void make(Path stage, Placement placement) throws IOException {
    for (int i = 0; i < placement.volumes().size(); i++) {
      if (placement.volumes().get(i) instanceof Volume.EmptyDir empty && !empty.memory()) {
        Path folder = stage.resolve(FOLDER).resolve(Integer.toString(i));
        Files.createDirectories(folder);
        // As an emptyDir is: steps may run as any user.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      }
    }
  }

  static void delete(Path stage) throws IOException {
    Trees.delete(stage.resolve(FOLDER));
  }

  /** As podman's API is asked for them (its SpecGenerator). */
  static List<Map<String, Object>> mounts(Path workspace, Placement placement) {
    List<Map<String, Object>> mounts = new ArrayList<>();
    for (int i = 0; i < placement.volumes().size(); i++) {
      Path folder = workspace.resolveSibling(FOLDER).resolve(Integer.toString(i));
      switch (placement.volumes().get(i)) {
        case Volume.EmptyDir empty when empty.memory() -> mounts.add(memory(empty));
        case Volume.EmptyDir empty -> mounts.add(bind(folder, empty.mountPath(), "rw"));
        case Volume.HostPath host -> mounts.add(bind(Path.of(host.path()), host.mountPath(), "rw"));
        // Of clusters alone; the pipeline was refused.
        case Volume.Claim _ -> {}
      }
    }
    return mounts;
  }

  private static Map<String, Object> memory(Volume.EmptyDir volume) {
    List<String> options = new ArrayList<>(List.of("mode=1777"));
    if (volume.sizeBytes() != null) {
      options.add("size=" + volume.sizeBytes());
    }
    Map<String, Object> mount = new LinkedHashMap<>();
    mount.put("type", "tmpfs");
    mount.put("source", "tmpfs");
    mount.put("destination", volume.mountPath());
    mount.put("options", options);
    return mount;
  }

  static Map<String, Object> bind(Path source, String destination, String access) {
    return Map.of(
        "type",
        "bind",
        "source",
        source.toString(),
        "destination",
        destination,
        "options",
        List.of("rbind", access));
  }
}
