package dev.archway.pipeline.dialect;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Types of steps that Harness has and Archway does not run, each with what comes nearest (Harness's
 * schema, {@code v0/pipeline/steps}).
 */
public final class OtherSteps {
  private static final Map<String, String> NEAREST = nearest();

  private OtherSteps() {}

  private static Map<String, String> nearest() {
    Map<String, String> all = new TreeMap<>();
    put(all, "SaveCacheS3 or SaveCacheGCS", "SaveCache", "SaveCacheAzure");
    put(all, "RestoreCacheS3 or RestoreCacheGCS", "RestoreCache", "RestoreCacheAzure");
    put(
        all,
        "S3Upload or GCSUpload, or a Run step with the store's own client",
        "ArtifactoryUpload",
        "HarUpload");
    put(all, "a Run or Plugin step with the tool that it wraps", "Action", "Bitrise");
    put(all, "a Run step, whose script runs in a container", "ShellScript", "Container");
    put(all, "a Run step with curl", "Http");
    put(all, "a Run step that sleeps", "Wait");
    put(
        all,
        "stages in their order, or maxConcurrency of a strategy",
        "Barrier",
        "Queue",
        "ResourceConstraint");
    put(
        all,
        "a pipeline of its own that is started once somebody has approved",
        "HarnessApproval",
        "CustomApproval",
        "JiraApproval",
        "ServiceNowApproval",
        "IACMApproval");
    put(
        all,
        "a Run step that calls the service's API",
        "Email",
        "JiraCreate",
        "JiraUpdate",
        "ServiceNowCreate",
        "ServiceNowUpdate",
        "ServiceNowImportSet",
        "SlackNotify");
    put(all, "a Run step with opa or conftest", "Policy");
    put(
        all,
        "a Run step with syft, cosign or slsa-verifier",
        "SscaOrchestration",
        "SscaEnforcement",
        "SscaCompliance",
        "SscaArtifactSigning",
        "SscaArtifactVerification",
        "Provenance",
        "SlsaVerification");
    put(
        all,
        "a Run step with terraform or tofu",
        "IACMTerraformPlugin",
        "IACMOpenTofuPlugin",
        "TerraformPlan",
        "TerraformApply",
        "TerraformDestroy",
        "TerraformRollback");
    put(
        all,
        "a Run step with kubectl or helm",
        "K8sApply",
        "K8sRollingDeploy",
        "K8sBlueGreenDeploy",
        "K8sCanaryDeploy",
        "K8sDelete",
        "K8sScale",
        "K8sDryRun",
        "HelmDeploy",
        "HelmRollback");
    put(
        all,
        "a Run step with git and the tool",
        "CookieCutter",
        "CreateRepo",
        "CreateCatalog",
        "DirectPush",
        "RegisterCatalog");
    put(
        all,
        "a Run or Plugin step with the scanner's own image",
        "Security",
        "Anchore",
        "AquaSecurity",
        "AquaTrivy",
        "AWSECR",
        "AWSSecurityHub",
        "Bandit",
        "BlackDuck",
        "Brakeman",
        "Burp",
        "Checkmarx",
        "CheckmarxOne",
        "Checkov",
        "Clair",
        "CodeQL",
        "Coverity",
        "CustomIngest",
        "DataTheorem",
        "DockerContentTrust",
        "Fossa",
        "Fortify",
        "FortifyOnDemand",
        "FortifyStaticCodeAnalyzer",
        "GithubAdvancedSecurity",
        "Gitleaks",
        "Grype",
        "JfrogXray",
        "Mend",
        "Metasploit",
        "Nessus",
        "NexusIQ",
        "Nikto",
        "Nmap",
        "OpenVAS",
        "Osv",
        "OsvScanner",
        "Owasp",
        "PrismaCloud",
        "Prowler",
        "Qualys",
        "Qwiet",
        "Reapsaw",
        "Semgrep",
        "ShiftLeft",
        "Sniper",
        "Snyk",
        "Sonarqube",
        "Sysdig",
        "Tenable",
        "Traceable",
        "Twistlock",
        "Veracode",
        "Whitesource",
        "Wiz",
        "Zap");
    return Collections.unmodifiableMap(all);
  }

  private static void put(Map<String, String> all, String nearest, String... types) {
    List.of(types).forEach(type -> all.put(type, nearest));
  }

  /** Every type, with what comes nearest. */
  public static Map<String, String> all() {
    return NEAREST;
  }

  /** What comes nearest to a type; empty for one that Harness does not have either. */
  public static Optional<String> nearest(String type) {
    return Optional.ofNullable(NEAREST.get(type));
  }
}
