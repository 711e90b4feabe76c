<?php
// SPDX-License-Identifier: MIT
// check.php: the same check by PHP and Redis.
$redis = new Redis();
$redis->pconnect(getenv('REDIS'));
$token = preg_replace('/^Bearer /', '', $_SERVER['HTTP_AUTHORIZATION'] ?? '');
$text = $redis->get('session:' . hash('sha256', $token));
header('Content-Type: application/json; charset=utf-8');
header('Cache-Control: no-store');
header('X-Content-Type-Options: nosniff');
header('X-Request-Id: ' . bin2hex(random_bytes(16)));
$session = $text === false ? null : json_decode($text, true);
if ($session === null || $session['idleExpires'] <= time()) {
    http_response_code(401);
    echo '{"code":"AUTH_INVALID"}';
    exit;
}
echo json_encode(['code' => 'OK', 'data' => [
    'userInfo' => ['id' => $session['userId'], 'nickName' => '',
        'avatarUrl' => '', 'gender' => 0, 'language' => '', 'country' => '',
        'province' => '', 'city' => '', 'phoneNumber' => ''],
    'expiresIn' => $session['idleExpires'] - time()]]);
