# fem_asslb on Debian 13: docker build -t fem-asslb .
FROM debian:13-slim

COPY scripts/packages.txt /tmp/packages.txt
RUN apt-get update \
 && grep -v '^#' /tmp/packages.txt | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
 && rm -rf /var/lib/apt/lists/* /tmp/packages.txt

COPY . /opt/fem_asslb
RUN python3 -m pip install --no-cache-dir --no-deps --no-build-isolation --break-system-packages /opt/fem_asslb \
 && useradd --create-home researcher \
 # Any user that "docker run --user" names keeps compiled forms here.
 && chmod 1777 /home/researcher

# One thread per rank; ranks share this machine, may be more than its cores (those that wait give theirs up), and cannot
# read one another's memory.
ENV HOME=/home/researcher \
    PYTHONSAFEPATH=1 \
    LC_ALL=C.UTF-8 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    OMPI_ALLOW_RUN_AS_ROOT=1 \
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
    OMPI_MCA_btl=self,sm \
    OMPI_MCA_mpi_yield_when_idle=1 \
    OMPI_MCA_smsc=^cma \
    PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe \
    PRTE_MCA_hwloc_default_binding_policy=none

USER researcher
WORKDIR /home/researcher/cells
ENTRYPOINT ["fem-asslb"]
