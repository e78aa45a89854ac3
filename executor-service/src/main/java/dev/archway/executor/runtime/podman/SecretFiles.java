package dev.archway.executor.runtime.podman;

import dev.archway.connector.RegistryLogin;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.executor.runtime.script.CloneScript;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Credentials as files that only this user reads, for as long as the step runs: arguments and
 * addresses are seen by every user of the machine.
 */
final class SecretFiles {
  private SecretFiles() {}

  /** An auth file (containers-auth.json(5)); of two registries at one host the last counts. */
  static Path registries(Path step, List<DockerRegistry> registries, SecretSource secrets)
      throws IOException {
    Map<String, Object> auths = new HashMap<>();
    for (DockerRegistry registry : registries) {
      if (registry.username() != null && registry.password() != null) {
        String pair = pair(registry, secrets);
        String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        auths.put(registry.host(), Map.of("auth", auth));
      }
    }
    Path file = folder(step).resolve("auth.json");
    DurableFile.write(file, ContractMapper.json().writeValueAsString(Map.of("auths", auths)));
    return file;
  }

  /** What {@link CloneScript} reads: git's configuration, an askpass program and its answers. */
  static Path git(Path step, Checkout checkout, SecretSource secrets) throws IOException {
    Path folder = folder(step);
    String user = checkout.connector().username();
    SecretRef password = checkout.connector().password();
    DurableFile.write(folder.resolve("username"), (user == null ? "" : user) + "\n");
    DurableFile.write(
        folder.resolve("password"), (password == null ? "" : resolve(password, secrets)) + "\n");
    DurableFile.write(folder.resolve("gitconfig"), CloneScript.configuration(checkout));
    Path askpass = folder.resolve("askpass");
    DurableFile.write(askpass, CloneScript.askpass(folder, checkout.url()));
    Files.setPosixFilePermissions(askpass, PosixFilePermissions.fromString("rwx------"));
    return folder;
  }

  static void delete(Path step) throws IOException {
    Trees.delete(step.resolve("secret"));
  }

  private static Path folder(Path step) throws IOException {
    Path folder = step.resolve("secret");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return folder;
  }

  private static String pair(DockerRegistry registry, SecretSource secrets) {
    try {
      return RegistryLogin.of(registry, secrets::resolve).pair();
    } catch (RuntimeException e) {
      throw new SecretUnavailable(
          "cannot log in with connector %s: %s".formatted(registry.ref(), e.getMessage()), e);
    }
  }

  static String resolve(SecretRef secret, SecretSource secrets) {
    try {
      return secrets.resolve(secret);
    } catch (RuntimeException e) {
      throw new SecretUnavailable(
          "cannot resolve secret %s: %s".formatted(secret, e.getMessage()), e);
    }
  }
}
