package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which platforms this machine runs by itself and which through QEMU and binfmt_misc. */
final class Emulation {
  private static final Map<String, String> GO_NAMES =
      Map.of("amd64", "amd64", "x86_64", "amd64", "aarch64", "arm64", "arm64", "arm64");
  private static final Map<String, String> QEMU_NAMES =
      Map.of("amd64", "x86_64", "arm64", "aarch64", "386", "i386");

  private Emulation() {}

  static boolean emulated(Platform platform) {
    String machine = System.getProperty("os.arch");
    return !platform.architecture().equals(GO_NAMES.getOrDefault(machine, machine));
  }

  /** What keeps the platform from running here; null when nothing does. */
  static @Nullable String missing(Platform platform) {
    if (!emulated(platform)) {
      return null;
    }
    String qemu =
        "qemu-" + QEMU_NAMES.getOrDefault(platform.architecture(), platform.architecture());
    Path registry = Path.of("/proc/sys/fs/binfmt_misc");
    if (Files.exists(registry.resolve(qemu))) {
      return null;
    }
    return "cannot run %s: %s is not registered with binfmt_misc; run as root: apt-get install -y qemu-user-static; mount -t binfmt_misc binfmt_misc %s; cat /usr/lib/binfmt.d/%s.conf > %s/register"
        .formatted(platform, qemu, registry, qemu, registry);
  }
}
