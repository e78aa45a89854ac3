package dev.archway.executor.runtime.podman;

import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.script.ShellText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Podman's and buildah's configuration for one platform: a store of its own, since a store holds
 * one architecture per tag, and settings that work without systemd, without CAP_SYS_RESOURCE and on
 * cgroup v1. Nothing of the machine's own configuration is read or changed.
 *
 * @param environment the variables that make podman and buildah use it
 * @param exits where conmon writes exit codes
 * @param socket where podman's API service listens
 * @param builds the file that running image builds lock
 */
record PrivateConfiguration(
    Map<String, String> environment, Path exits, Path socket, Path authFile, Path builds) {

  /** Podman lowers its own hard limit to about this (the kernel's default pid_max). */
  private static final long MOST_PROCESSES = 32768;

  /**
   * conmon leaves its {@code oom} mark in its working directory, which is the API service's and so
   * would be one for all containers: this puts it beside the pid file of each. And conmon must not
   * call podman when a container ends: removing it at the stage's end cleans up as well, without
   * another start of that large program between two steps.
   */
  private static final String CONMON =
      """
      #!/bin/sh
      for word; do
        shift
        case $before in
          --exit-command | --exit-command-arg) ;;
          --conmon-pidfile)
            cd "${word%/*}" || exit 1
            set -- "$@" "$word"
            ;;
          *) case $word in --exit-command | --exit-command-arg) ;; *) set -- "$@" "$word" ;; esac ;;
        esac
        before=$word
      done
      exec conmon "$@"
      """;

  static PrivateConfiguration write(PodmanSettings settings, Platform platform) throws IOException {
    Path home = settings.directory().toAbsolutePath().resolve(platform.dashed());
    Path run = runDirectory(home, platform);
    Files.createDirectories(home.resolve("networks"));
    Files.createDirectories(run);
    Path storage = home.resolve("storage.conf");
    Path containers = home.resolve("containers.conf");
    Path registries = home.resolve("registries.conf");
    Path auth = home.resolve("auth.json");
    replace(
        storage,
        """
        [storage]
        driver = "overlay"
        graphroot = "%s"
        runroot = "%s"
        """
            .formatted(home.resolve("graph"), run.resolve("storage")));
    Path conmon = home.resolve("conmon");
    replace(conmon, CONMON);
    Files.setPosixFilePermissions(conmon, PosixFilePermissions.fromString("rwxr-xr-x"));
    replace(containers, containers(home, run, conmon));
    replace(registries, registries(settings));
    if (!Files.exists(auth)) {
      DurableFile.write(auth, "{}");
    }
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CONTAINERS_STORAGE_CONF", storage.toString());
    environment.put("CONTAINERS_CONF", containers.toString());
    environment.put("CONTAINERS_REGISTRIES_CONF", registries.toString());
    environment.put("REGISTRY_AUTH_FILE", auth.toString());
    replace(
        home.resolve("env"),
        environment.entrySet().stream()
            .map(e -> "export " + e.getKey() + "=" + ShellText.quoted(e.getValue()) + "\n")
            .collect(Collectors.joining()));
    return new PrivateConfiguration(
        Map.copyOf(environment),
        run.resolve("libpod/exits"),
        run.resolve("podman.sock"),
        auth,
        home.resolve("builds.lock"));
  }

  /**
   * Short, since socket paths are limited to 107 bytes, and cleared at reboot as podman expects.
   */
  private static Path runDirectory(Path home, Platform platform) {
    if (!"root".equals(System.getProperty("user.name"))) {
      return home.resolve("run");
    }
    String hash =
        UUID.nameUUIDFromBytes(home.toString().getBytes(StandardCharsets.UTF_8))
            .toString()
            .substring(0, 8);
    return Path.of("/run/archway-" + hash, platform.dashed());
  }

  private static String containers(Path home, Path run, Path conmon) throws IOException {
    // crun refuses the hybrid layout of cgroup v1 beside v2; runc takes it.
    boolean unified = Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    return """
    [containers]
    default_ulimits = ["nofile=%s", "nproc=%s"]
    default_sysctls = ["net.ipv4.ping_group_range=0 0"]
    [network]
    network_backend = "netavark"
    network_config_dir = "%s"
    [engine]
    conmon_path = ["%s"]
    cgroup_manager = "cgroupfs"
    events_logger = "file"
    tmp_dir = "%s"
    %s\
    """
        .formatted(
            hardLimit("Max open files", 1048576),
            hardLimit("Max processes", MOST_PROCESSES),
            home.resolve("networks"),
            conmon,
            run.resolve("libpod"),
            unified ? "" : "runtime = \"runc\"\n");
  }

  /** Without CAP_SYS_RESOURCE podman's own defaults, above the process's hard limits, fail. */
  private static String hardLimit(String row, long most) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith(row)) {
        String hard = line.substring(26).strip().split("\\s+", -1)[1];
        long value = hard.equals("unlimited") ? most : Math.min(most, Long.parseLong(hard));
        return value + ":" + value;
      }
    }
    throw new IOException("cannot read /proc/self/limits: no row \"%s\"".formatted(row));
  }

  private static String registries(PodmanSettings settings) {
    StringBuilder text = new StringBuilder();
    text.append(
        "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"disabled\"\n");
    settings.mirrors().stream()
        .collect(
            Collectors.groupingBy(
                PodmanSettings.Mirror::prefix, LinkedHashMap::new, Collectors.toList()))
        .forEach((prefix, mirrors) -> {
          text.append(
              "[[registry]]\nprefix = \"%s\"\nlocation = \"%s\"\n".formatted(prefix, prefix));
          for (PodmanSettings.Mirror mirror : mirrors) {
            text.append(
                "[[registry.mirror]]\nlocation = \"%s\"\ninsecure = %s\n"
                    .formatted(mirror.location(), mirror.insecure()));
          }
        });
    for (String host : settings.insecureRegistries()) {
      text.append("[[registry]]\nlocation = \"%s\"\ninsecure = true\n".formatted(host));
    }
    return text.toString();
  }

  private static void replace(Path file, String text) throws IOException {
    @Nullable String before = Files.exists(file) ? Files.readString(file) : null;
    if (!text.equals(before)) {
      DurableFile.write(file, text);
    }
  }
}
