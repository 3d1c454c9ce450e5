"""Situations of the service's own processes: starting, standing beside another, ending."""

from bokgi.errors.base import EnvironmentFault, InputError


class ServiceAlreadyRunning(EnvironmentFault):
    code = "service_already_running"
    english = "Another 'bokgi serve' works on {home}: process {pid} on {host}, port {port}, since {since}. Use that one, stop it, or choose another folder with --home."
    korean = "{home} 폴더에서는 이미 'bokgi serve'가 실행 중입니다: 프로세스 {pid} ({host}, 포트 {port}, {since}부터). 그 서비스를 쓰거나, 끝내거나, --home으로 다른 폴더를 지정하세요."

    def __init__(self, home: str, pid: int, host: str, port: int, since: str) -> None:
        super().__init__(field="home", home=home, pid=pid, host=host, port=port, since=since)


class PortInUse(EnvironmentFault):
    code = "port_in_use"
    english = "Port {port} of {host} is in use by another program; stop it, or choose another port with --port (0 takes a free one)."
    korean = "{host}의 {port} 포트를 다른 프로그램이 쓰고 있습니다. 그 프로그램을 끝내거나 --port로 다른 포트를 지정하세요(0이면 빈 포트를 씁니다)."

    def __init__(self, host: str, port: int) -> None:
        super().__init__(field="port", host=host, port=port)


class AddressRefused(EnvironmentFault):
    code = "address_refused"
    english = "The service cannot listen on {host}, port {port}: {problem}. Choose another address with --host and --port."
    korean = "{host}의 {port} 포트에서 요청을 받을 수 없습니다: {problem}. --host와 --port로 다른 주소를 지정하세요."

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(field="host", host=host, port=port, problem=problem)


class TokenMissing(InputError):
    code = "token_missing"
    english = (
        "Other machines can reach {host}, so the service needs a token: set BOKGI_TOKEN to a long random word, or listen on 127.0.0.1."
    )
    korean = (
        "{host}은(는) 다른 컴퓨터에서도 접속할 수 있어 토큰이 필요합니다. BOKGI_TOKEN에 길고 무작위인 값을 정하거나 127.0.0.1을 쓰세요."
    )

    def __init__(self, host: str) -> None:
        super().__init__(field="host", host=host)


class HomeUnwritable(EnvironmentFault):
    code = "home_unwritable"
    english = "The home folder {home} cannot be written: {problem}. Choose another with --home, or allow writing there."
    korean = "홈 폴더 {home}에 쓸 수 없습니다: {problem}. --home으로 다른 폴더를 지정하거나 쓰기 권한을 주세요."

    def __init__(self, home: str, problem: str) -> None:
        super().__init__(field="home", home=home, problem=problem)


class WorkerIdTaken(EnvironmentFault):
    code = "worker_id_taken"
    english = "The worker {worker_id} runs already (process {pid}); two workers of one name would compute runs twice. Start this one under another name."
    korean = (
        "작업자 {worker_id}이(가) 이미 실행 중입니다(프로세스 {pid}). 이름이 같으면 같은 실행을 두 번 계산하므로 다른 이름으로 시작하세요."
    )

    def __init__(self, worker_id: str, pid: int) -> None:
        super().__init__(field="worker_id", worker_id=worker_id, pid=pid)


class WorkerEnded(EnvironmentFault):
    code = "worker_ended"
    english = "The worker process {pid} ended: {reason}. Another starts in {seconds:g} s; its runs go on where they were.{last_words}"
    korean = "작업 프로세스 {pid}이(가) 끝났습니다: {reason}. {seconds:g}초 뒤에 다시 시작하며, 하던 실행은 이어집니다.{last_words}"

    def __init__(self, pid: int, reason: str, seconds: float, last_words: str) -> None:
        super().__init__(pid=pid, reason=reason, seconds=seconds, last_words=f" ({last_words[:300]})" if last_words else "")


class ServiceSilent(EnvironmentFault):
    code = "service_silent"
    english = "The service listens on {address} but did not answer within {seconds:g} s; its log is in {logs}."
    korean = "서비스가 {address}에서 {seconds:g}초 안에 응답하지 않았습니다. 로그는 {logs}에 있습니다."

    def __init__(self, address: str, seconds: float, logs: str) -> None:
        super().__init__(address=address, seconds=seconds, logs=logs)


class DemoFailed(EnvironmentFault):
    code = "demo_failed"
    english = "The demo market could not be written (exit code {exit_code}); the reason stands above and in the log."
    korean = "데모 시장을 만들지 못했습니다(종료 코드 {exit_code}). 이유는 위의 메시지와 로그에 있습니다."

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code=exit_code)
