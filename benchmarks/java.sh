# Sourced: builds the benchmarks where they are missing or old, and sets java and classes.
root=$(cd "$here/.." && pwd)
java=${JAVA_HOME:?run it as ./archway bench}/bin/java
jar=$here/target/archway-benchmarks-0.1.0.jar
if [ ! -e "$jar" ] || [ -n "$(find "$root"/{contract,expression,pipeline,testbed,benchmarks}/src/main -newer "$jar" -print -quit)" ]; then
  (cd "$root" && mvn -q -P benchmarks -pl benchmarks -am package -DskipTests) >&2
fi
classes=$jar:$here/target/lib/*
