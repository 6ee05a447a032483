# Workflow of a study for Snakemake 7 or later, which works in the folder of this file. fem-asslb writes workflow.json
# with the cases that are to be run, and marks of what is done are gone before it starts: what is finished is not asked for.
configfile: "workflow.json"


wildcard_constraints:
    name="[A-Za-z0-9._-]+",


# Nothing is begun beyond the limit of time of the whole study, if it has one.
IN_TIME = "end={config[end]} now=$(date +%s); if [ $end -gt 0 ] && [ $now -ge $end ]; then echo 'the time of the study is up' >> {log}; exit 75; fi; "


rule all:
    input:
        expand("marks/{name}.done", name=config["cases"]),


rule mesh:
    output:
        touch("marks/{name}.mesh"),
    log:
        "logs/{name}.mesh.log",
    shell:
        IN_TIME + "{config[mesh]} {wildcards.name} > {log} 2>&1"


rule case:
    input:
        lambda wildcards: f"marks/{config['meshes'][wildcards.name]}.mesh",
    output:
        touch("marks/{name}.done"),
    log:
        "logs/{name}.log",
    threads: config["ranks"]
    resources:
        tasks=config["ranks"],
    params:
        # Where a profile limits the time [min], a case ends before with a checkpoint, and goes on when it is tried again.
        limit=lambda wildcards, resources: int(54 * resources.get("runtime", 0)),
    shell:
        IN_TIME + "limit={params.limit}; "
        "if [ $end -gt 0 ] && {{ [ $limit -eq 0 ] || [ $((end - now)) -lt $limit ]; }}; then limit=$((end - now)); fi; "
        "if [ $limit -gt 0 ]; then words=\"--wall-time ${{limit}}s\"; else words=; fi; "
        "{config[case]} {wildcards.name} $words >> {log} 2>&1"
