for p in python3.15 python3.14; do
 v=/opt/v-$p; [ -e $v/bin/python ] || echo no venv
 rm -rf /tmp/b; mkdir /tmp/b; cp -r /src/build_socket.py /src/pyproject.toml /src/cffisock /src/tests /tmp/b/; rm -f /tmp/b/cffisock/*.so
 cd /tmp/b && $v/bin/python build_socket.py >/tmp/log 2>&1 || tail -20 /tmp/log
 $v/bin/python -m pytest -p no:cacheprovider -q tests/test_tls.py tests/test_errors.py 2>&1 | tail -15
 $v/bin/python -m tests.conformance test.test_ssl 2>&1 | tail -40
done
