{{- define "archway.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: archway
{{- end }}

{{- define "archway.image" -}}
{{ .root.Values.image.registry }}/archway/archway-{{ .image }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* Every service's environment: how it speaks to the outside. */}}
{{- define "archway.env" -}}
- {name: MANAGEMENT_SERVER_PORT, value: "9400"}
- {name: LOGGING_STRUCTURED_FORMAT_CONSOLE, value: ecs}
{{- with .root.Values.tracesEndpoint }}
- {name: MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- end }}

{{- define "archway.serviceToken" -}}
- name: ARCHWAY_SERVICETOKEN
  valueFrom: {secretKeyRef: {name: {{ .root.Values.secrets.service }}, key: token}}
{{- end }}

{{- define "archway.encryption" -}}
- name: ARCHWAY_ENCRYPTION_KEYS
  valueFrom: {secretKeyRef: {name: {{ .root.Values.secrets.encryption }}, key: keys, optional: true}}
{{- end }}

{{- define "archway.kafka" -}}
{{- with .root.Values.kafka }}
- {name: SPRING_KAFKA_BOOTSTRAPSERVERS, value: {{ .bootstrapServers | quote }}}
- {name: SPRING_KAFKA_SECURITY_PROTOCOL, value: {{ .securityProtocol }}}
- {name: SPRING_CLOUD_STREAM_KAFKA_BINDER_MINPARTITIONCOUNT, value: {{ .partitions | quote }}}
{{- if .caSecret.name }}
- {name: SPRING_KAFKA_SSL_TRUSTSTORETYPE, value: PEM}
- {name: SPRING_KAFKA_SSL_TRUSTSTORELOCATION, value: "file:/etc/archway/kafka/{{ .caSecret.key }}"}
{{- end }}
{{- if .sasl.secret.name }}
- {name: SPRING_KAFKA_PROPERTIES_SASL_MECHANISM, value: {{ .sasl.mechanism }}}
- name: SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG
  valueFrom: {secretKeyRef: {name: {{ .sasl.secret.name }}, key: {{ .sasl.secret.key | quote }}}}
{{- end }}
{{- end }}
{{- end }}

{{- define "archway.database" -}}
- {name: SPRING_DATASOURCE_URL, value: {{ .database.url | quote }}}
- name: SPRING_DATASOURCE_USERNAME
  valueFrom: {secretKeyRef: {name: {{ .database.secret }}, key: username}}
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .database.secret }}, key: password}}
{{- end }}

{{/* What every container has beside its environment. */}}
{{- define "archway.container" -}}
image: {{ include "archway.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
ports:
  - {name: http, containerPort: {{ .port }}}
  - {name: management, containerPort: 9400}
# A start takes seconds, and minutes on a busy node.
startupProbe: {httpGet: {path: /actuator/health/liveness, port: management}, periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 5}
livenessProbe: {httpGet: {path: /actuator/health/liveness, port: management}, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5}
readinessProbe: {httpGet: {path: /actuator/health/readiness, port: management}, periodSeconds: 5, timeoutSeconds: 5}
resources: {{ toJson .resources }}
securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
{{- end }}

{{- define "archway.pod" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
nodeSelector: {{ toJson .root.Values.nodeSelector }}
tolerations: {{ toJson .root.Values.tolerations }}
terminationGracePeriodSeconds: 40
securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {app.kubernetes.io/name: {{ .name }}, app.kubernetes.io/instance: {{ .root.Release.Name }}}}
{{- end }}

{{- define "archway.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: data, mountPath: /var/lib/archway}
{{- if and .kafka .root.Values.kafka.caSecret.name }}
- {name: kafka, mountPath: /etc/archway/kafka, readOnly: true}
{{- end }}
{{- if .secrets }}
- {name: secrets, mountPath: /etc/archway/secrets, readOnly: true}
{{- end }}
{{- if .connectors }}
- {name: connectors, mountPath: /etc/archway/connectors, readOnly: true}
{{- end }}
{{- if .users }}
- {name: users, mountPath: /etc/archway/users, readOnly: true}
{{- end }}
{{- end }}

{{- define "archway.volumes" -}}
- {name: tmp, emptyDir: {}}
{{- if not .claim }}
- {name: data, emptyDir: {}}
{{- end }}
{{- if and .kafka .root.Values.kafka.caSecret.name }}
- {name: kafka, secret: {secretName: {{ .root.Values.kafka.caSecret.name }}}}
{{- end }}
{{- if .secrets }}
- {name: secrets, secret: {secretName: {{ .root.Values.secrets.pipelines }}, optional: true}}
{{- end }}
{{- if .connectors }}
- {name: connectors, configMap: {name: {{ .root.Values.secrets.connectors }}}}
{{- end }}
{{- if .users }}
- {name: users, secret: {secretName: {{ .root.Values.secrets.users }}}}
{{- end }}
{{- end }}

{{/* Kubernetes 1.21 made it stable. */}}
{{- define "archway.disruption" -}}
{{ if semverCompare "<1.21-0" .Capabilities.KubeVersion.Version }}policy/v1beta1{{ else }}policy/v1{{ end }}
{{- end }}
