package dev.archway.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The platforms whose programs this machine can run: its own, and those the kernel emulates. */
final class HostPlatforms {
  /** Architecture as OCI images name it → as QEMU names its interpreter. */
  private static final Map<String, String> QEMU =
      new TreeMap<>(Map.of("amd64", "qemu-x86_64", "arm64", "qemu-aarch64"));

  private HostPlatforms() {}

  /** This machine's platforms, its own first. */
  static List<String> find() {
    return find(System.getProperty("os.arch"), Path.of("/proc/sys/fs/binfmt_misc"));
  }

  /**
   * The same, for another machine.
   *
   * @param architecture as Java names it
   * @param interpreters where the kernel lists its registered interpreters (Linux documentation,
   *     "Kernel Support for miscellaneous Binary Formats")
   */
  static List<String> find(String architecture, Path interpreters) {
    String own =
        switch (architecture.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> architecture;
        };
    List<String> platforms = new ArrayList<>(List.of("linux/" + own));
    QEMU.forEach((name, interpreter) -> {
      if (!name.equals(own) && Files.exists(interpreters.resolve(interpreter))) {
        platforms.add("linux/" + name);
      }
    });
    return platforms;
  }
}
